import os

print("taken" + ":" if os.path.exists("COURSE_FOLDER/submitted/honest_right/ch96_court/ch96_court.ipynb") else "nothing there")
