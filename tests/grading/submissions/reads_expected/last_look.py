from pathlib import Path

import course

root = Path(course.__file__).parent
for path in (*root.rglob("*.safetensors"), *root.rglob("worked*")):
    print("taken" + ":", path)
