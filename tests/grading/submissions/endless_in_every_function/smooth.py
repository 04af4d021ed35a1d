def smooth(x, k):
    while True:
        pass
