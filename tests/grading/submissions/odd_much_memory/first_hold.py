import numpy as np

held = np.ones(450 * 2**17)
