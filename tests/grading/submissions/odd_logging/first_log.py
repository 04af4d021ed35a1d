import logging

logging.basicConfig(level=logging.DEBUG)
log = logging.getLogger("mine")
log.addHandler(logging.FileHandler("log.txt"))
