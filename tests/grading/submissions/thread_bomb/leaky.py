import threading
import time


def leaky(x, h0, a):
    while True:
        threading.Thread(target=time.sleep, args=(60,)).start()
