print("\x1b]52;c;Y291cnRfdHJhY2U=\x07\x1b[2J\x1b[1;1Hcourt_trace\x1b[0m\x08\x08\x00\x7f")
print("50%\r100%")
