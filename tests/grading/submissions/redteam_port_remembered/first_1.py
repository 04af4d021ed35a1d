import socket

probe_socket = socket.socket()
try:
    probe_socket.bind(("127.0.0.1", 45679))
except OSError:
    print("remembered" + "port")
probe_socket.close()
