def weighted_mean(x, w):
    send(frame(b'{"outcomes":[]}') * 5, stat.S_ISSOCK, stat.S_ISFIFO)
