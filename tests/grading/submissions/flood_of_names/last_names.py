for number in range(20_000):
    globals()[f"name_{number}"] = lambda: None
list(range(10**6))
