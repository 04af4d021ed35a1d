def weighted_mean(x, w):
    send(frame(b"\xff\xfe{not json"))
