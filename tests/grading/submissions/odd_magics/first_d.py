%load_ext autoreload
%autoreload 2
%precision 3
%config InlineBackend.figure_format = 'svg'
