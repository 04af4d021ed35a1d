import os
called = []
