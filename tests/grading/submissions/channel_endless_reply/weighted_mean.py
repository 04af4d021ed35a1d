def weighted_mean(x, w):
    while True:
        for number in channels(stat.S_ISFIFO):
            write(number, b"\0" * 2**16)
