for _ in range(50_000):
    print("x" * 500)
print("y" * 25_000_000)
