import threading
import time


def exchange():
    while True:
        time.sleep(0.01)
        globals()["weighted_mean"].__globals__["later"] = True


threading.Thread(target=exchange, daemon=True).start()
