import warnings

warnings.warn("an old habit", DeprecationWarning)
warnings.simplefilter("error")
