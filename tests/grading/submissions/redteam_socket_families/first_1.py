import socket

for family in (40, 38, 42, 30, 21, 31, 44, 15, 16):  # vsock, alg, qipcrtr, tipc, rds, ...
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW):
        try:
            socket.socket(family, kind)
            print("opened" + str(family))
        except OSError:
            pass
