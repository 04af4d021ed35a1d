def smooth(x, k):
    return slide(x, k)
