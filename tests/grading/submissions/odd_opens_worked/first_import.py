from course import data, worked

worked.elman()["h_1"]
