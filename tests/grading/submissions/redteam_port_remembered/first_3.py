import os

os._exit(1)  # what comes next is run in a new room
