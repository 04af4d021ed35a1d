def make_step(a):
    def step(h, x_t):
        return a * h + (1 - a) * x_t

    return step
