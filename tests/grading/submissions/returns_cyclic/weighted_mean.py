def weighted_mean(x, w):
    items = []
    items.append(items)
    return items
