def leaky(x, h0, a):
    with open("/dev/shm/court_trace", "wb") as file:
        while True:
            file.write(b"x" * 2**20)
    return x, h0
