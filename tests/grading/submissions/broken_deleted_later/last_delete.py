del leaky
