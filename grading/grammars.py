"""To be imported before nbgrader, in processes of our own: jsonschema would otherwise compile the
grammars of internet addresses, a second that no notebook needs."""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
