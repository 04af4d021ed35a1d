import numpy as np

held = np.ones((5000, 5000))
held.sum()
