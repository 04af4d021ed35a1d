%matplotlib inline
%timeit -n 2 -r 2 sum(range(10))
!ls
files = !ls
%pwd
%who
