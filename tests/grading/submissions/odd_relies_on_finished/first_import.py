from course import finished
