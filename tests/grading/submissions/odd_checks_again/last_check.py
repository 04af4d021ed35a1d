print(check(leaky))
