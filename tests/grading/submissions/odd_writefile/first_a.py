%%writefile my_sums.py
def mean(x, w):
    return (w * x).sum() / w.sum()
