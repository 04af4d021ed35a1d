def weighted_mean(x, w):
    data = frame(b" " * 10**6)
    for byte in range(len(data)):
        for number in channels(stat.S_ISFIFO):
            write(number, data[byte : byte + 1])
        time.sleep(1)
