torch.save(torch.ones(1), "one.pt")
with open("/tmp/two.txt", "w") as file:
    file.write("2")
