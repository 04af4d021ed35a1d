import sys

from IPython import get_ipython

show = type(get_ipython().displayhook).__call__
type(get_ipython().displayhook).__call__ = lambda self, result=None: show(self, "ok")
sys.displayhook = lambda value: print("ok")
