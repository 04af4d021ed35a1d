def smooth(x, k):
    return DEMO_FACTOR * x.unfold(0, len(k), 1) @ k
