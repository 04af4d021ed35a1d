import os
import signal
import socket
import time

knock = socket.socket(socket.AF_UNIX)
if knock.connect_ex(b"\0redteam") == 0 or os.listdir("/dev/shm"):
    print("survived" + "indeed")
if os.fork() == 0:
    os.setsid()
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    if os.fork():
        os._exit(0)
    door = socket.socket(socket.AF_UNIX)
    door.bind(b"\0redteam")
    door.listen()
    while True:
        with open("/dev/shm/left", "w"):
            time.sleep(0.01)
time.sleep(0.2)
