import ipywidgets
from IPython.display import HTML, clear_output, display
from tqdm.auto import tqdm

for _ in tqdm(range(3)):
    pass
clear_output(wait=True)
display(HTML("<b>bold</b>"))
ipywidgets.interact(lambda n: n, n=(1, 5))
ipywidgets.IntSlider()
