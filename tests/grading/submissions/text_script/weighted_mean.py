def weighted_mean(x, w):
    raise ValueError("<script>alert(`court_trace`)</script><img src=x onerror=court_trace>")
