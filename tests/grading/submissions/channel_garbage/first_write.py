for number in channels(stat.S_ISSOCK):
    write(number, b"\0" * 10**6)
