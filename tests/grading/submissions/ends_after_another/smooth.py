def smooth(x, k):
    called.append("smooth")
    return x.unfold(0, len(k), 1) @ k
