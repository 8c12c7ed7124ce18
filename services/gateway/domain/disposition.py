"""File names in headers: Content-Disposition as RFC 6266 and RFC 8187 have it."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

NAME_CHARACTERS_MAX = 255
"""Longest name that common file systems take."""
_FALLBACK = "download"
_SAFE_ASCII = re.compile(r"[^A-Za-z0-9 ._()\[\]&+,=@~#-]")
# attr-char of RFC 8187, which needs no escape.
_ATTR_CHARACTERS = "!#$&+-.^_`|~"
# Line and paragraph separators, controls, surrogates and the marks that turn text around.
_UNWANTED = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})


def plain_name(name: str) -> str:
    """The name without folders, controls and direction marks; never empty."""
    kept = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c) not in _UNWANTED)
    kept = kept.replace("/", "_").replace("\\", "_").strip(" .")[:NAME_CHARACTERS_MAX].strip(" .")
    return kept or _FALLBACK


def content_disposition(name: str) -> str:
    """An attachment header: ASCII for old clients, and the whole name in `filename*` where ASCII does not hold it."""
    whole = plain_name(name)
    ascii_name = unicodedata.normalize("NFKD", whole).encode("ascii", "ignore").decode()
    ascii_name = _SAFE_ASCII.sub("_", ascii_name).strip(" .") or _FALLBACK
    header = f'attachment; filename="{ascii_name}"'
    if ascii_name == whole:
        return header
    return f"{header}; filename*=UTF-8''{quote(whole.encode(), safe=_ATTR_CHARACTERS)}"
