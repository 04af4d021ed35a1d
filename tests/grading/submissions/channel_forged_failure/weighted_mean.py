def weighted_mean(x, w):
    send(frame(b'{"broken":"out of luck"}'))
