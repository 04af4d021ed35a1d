import my_sums
