def weighted_mean(x, w):
    for number in channels(stat.S_ISSOCK):
        print("taken" + ":", os.read(number, 10))
    raise ValueError("no socket")
