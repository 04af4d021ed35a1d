def weighted_mean(x, w):
    send(frame(b"{}" * 100)[:50])
