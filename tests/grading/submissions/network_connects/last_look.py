import socket

for _, name in socket.if_nameindex():
    print("reach" + "ed the network" if name != "lo" else "only this machine", name)
