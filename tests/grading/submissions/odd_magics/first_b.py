%%time
total = sum(range(10))
