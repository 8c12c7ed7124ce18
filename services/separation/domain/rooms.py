"""Where objects lie in storage: the first parts of their names, each in this service's data map."""

from __future__ import annotations

STEMS = "stems"
STORED = frozenset({STEMS})
