class Text(str):
    def strip(self):
        return object()


class Odd(Exception):
    def __str__(self):
        return Text("x")


def leaky(x, h0, a):
    raise Odd
