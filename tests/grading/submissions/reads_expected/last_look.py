from pathlib import Path

import course

root = Path(course.__file__).parent
for path in (*root.rglob("*derivation*"), *root.rglob("*slips*"), *root.rglob("*.key")):
    print("taken" + ":", path)
