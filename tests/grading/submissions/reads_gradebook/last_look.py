import os

print("opened" + ":" if os.path.exists("COURSE_FOLDER/gradebook.db") else "nothing there")
