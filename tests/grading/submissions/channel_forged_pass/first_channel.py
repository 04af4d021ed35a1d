import os
import socket
import stat
import struct
import time


def channels(*kinds):
    """The pipes and sockets that this process has open."""
    for number in range(3, 1024):
        try:
            mode = os.fstat(number).st_mode
        except OSError:
            continue
        if any(kind(mode) for kind in kinds or (stat.S_ISFIFO, stat.S_ISSOCK)):
            yield number


def send(data, *kinds):
    """Send to the pipe of this call's result, or to channels of other kinds, and end."""
    for kind in kinds or (stat.S_ISFIFO,):
        for number in channels(kind):
            write(number, data)
    os._exit(0)


def write(number, data):
    try:
        os.write(number, data)
    except OSError:  # a pipe's other end
        pass


def frame(text, blob=b"", magic=b"NNW1"):
    return struct.pack(">4sII", magic, len(text), len(blob)) + text + blob
