def smooth(x, k):
    return np.correlate(x, k, mode="valid")
