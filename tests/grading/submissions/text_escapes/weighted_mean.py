def weighted_mean(x, w):
    raise ValueError("\x1b]0;court_trace\x07\x1b[2J\x1b[31mred\x9b1m\u202egnp.exe\r over")
