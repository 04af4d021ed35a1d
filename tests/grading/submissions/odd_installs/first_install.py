%pip install --quiet einops
