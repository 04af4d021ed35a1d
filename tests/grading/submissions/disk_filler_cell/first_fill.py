for number in range(100):
    with open(f"fill_{number}", "wb") as file:
        file.write(b"x" * 10**7)
