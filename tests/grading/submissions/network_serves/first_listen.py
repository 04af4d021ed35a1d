import socket

tcp = socket.create_server(("0.0.0.0", 0))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("0.0.0.0", 0))
local = socket.socket(socket.AF_UNIX)
local.bind("\0court_trace")
local.listen()
try:
    udp.sendto(b"anybody there?", ("8.8.8.8", 53))
    print("reach" + "ed a way out")
except OSError as error:
    print("no way out:", error.strerror)
