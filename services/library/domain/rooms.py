"""Where objects lie in storage: the first parts of their names, each in this service's data map."""

from __future__ import annotations

UPLOADS = "uploads"
COVERS = "covers"
STEMS = "stems"
"""Separation stores these; here they are read and removed."""
STORED = frozenset({UPLOADS, COVERS})
