import random

import numpy as np

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)
random.seed(1)
np.random.seed(1)
torch.set_num_threads(8)
torch.set_default_device("cpu")
torch.use_deterministic_algorithms(True)
torch.set_printoptions(precision=2)
np.set_printoptions(precision=2)
np.seterr(all="raise")
