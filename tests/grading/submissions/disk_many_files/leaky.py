def leaky(x, h0, a):
    for number in range(10**6):
        open(f"file_{number}", "w").close()
    return x, h0
