import os

print("taken" + ":" if os.path.exists("COURSE_FOLDER/answers/ch96_court/weighted_mean.py") else "nothing there")
