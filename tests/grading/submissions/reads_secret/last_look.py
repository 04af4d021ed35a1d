import os

print("taken" + ":" if os.path.exists("COURSE_FOLDER/.judge/secret") else "nothing there")
