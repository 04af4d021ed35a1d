class Kept:
    value = 1
