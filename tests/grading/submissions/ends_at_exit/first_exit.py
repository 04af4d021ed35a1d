import atexit
import os
import time

atexit.register(os.abort)
atexit.register(time.sleep, 1000)
