import multiprocessing


def square(n):
    return n * n


with multiprocessing.get_context("fork").Pool(2) as pool:
    SQUARES = pool.map(square, [1, 2, 3])
