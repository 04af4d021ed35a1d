import os
import socket
import time

read, write = os.pipe()


def hoard():
    kept, count, full = [], 0, bytes(1_000_000)
    listener = socket.create_server(("127.0.0.1", 0))
    try:
        while count < 190_000_000:
            one = socket.create_connection(listener.getsockname())
            other, _ = listener.accept()
            for end in (one, other):
                kept.append(end)
                end.setblocking(False)
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
                try:
                    while count < 190_000_000:
                        count += end.send(full)
                except OSError:
                    pass
    except OSError:
        pass
    os.write(write, count.to_bytes(8, "big"))
    time.sleep(1)
    os._exit(0)


for n in range(4):
    if os.fork() == 0:
        hoard()
os.close(write)
total = sum(int.from_bytes(os.read(read, 8), "big") for n in range(4))
if total > 720_000_000:
    print("not" + "noticed")
