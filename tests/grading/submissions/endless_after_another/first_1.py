called = []
