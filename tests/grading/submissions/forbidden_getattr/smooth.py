def smooth(x, k):
    function = getattr(torch.nn.functional, "conv" + str(1) + "d")
    return function(x[None, None], k[None, None])[0, 0]
