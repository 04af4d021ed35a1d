import sys
import warnings

import numpy as np
