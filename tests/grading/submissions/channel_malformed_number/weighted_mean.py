def weighted_mean(x, w):
    send(frame(b'{"quiz":' + b"9" * 10**6 + b"}"))
