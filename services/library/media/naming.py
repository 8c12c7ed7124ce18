"""Names of downloads: safe on every file system, inside a zip, and in a Content-Disposition header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import quote

# Most file systems hold 255 bytes; the rest is room for " (2)" and a browser's own additions.
NAME_BYTES_MAX = 200
_FALLBACK = "track"
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
# Windows opens devices by these names, whatever the extension.
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)")
# Joiners are invisible, but scripts and emoji are spelled with them; all other format characters can reorder or hide.
_JOINERS = "\u200c\u200d"
# RFC 8187 attr-char, which needs no escape.
_ATTR_CHARACTERS = "!#$&+-.^_`|~"


def file_name(title: str, extension: str, part: str = "") -> str:
    """One safe path component, "<title> - <part>.<extension>", of at most NAME_BYTES_MAX bytes of UTF-8.

    `extension` and `part` are the product's own words; `title` may be anything.
    """
    tail = (f" - {_safe(part)}" if part else "") + f".{extension}"
    stem = _bounded(_safe(title), NAME_BYTES_MAX - len(tail.encode())).strip(" .") or _FALLBACK
    if _RESERVED.match(stem + tail):
        stem = _bounded(f"_{stem}", NAME_BYTES_MAX - len(tail.encode()))
    return stem + tail


def _safe(text: str) -> str:
    kept = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if character.isspace() or category in ("Zl", "Zp"):
            kept.append(" ")
        elif category not in ("Cc", "Cs", "Cn", "Co", "Cf") or character in _JOINERS:
            kept.append(character)
    safe = " ".join(_FORBIDDEN.sub("_", "".join(kept)).split()).strip(" .")
    return safe if safe.strip(_JOINERS) else ""


def _bounded(text: str, bytes_max: int) -> str:
    return text.encode()[:bytes_max].decode(errors="ignore")


def content_disposition(name: str) -> str:
    """An attachment header's value (RFC 6266): ASCII for old clients, the real name in `filename*` (RFC 8187)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", plain).strip(" ")
    stem, dot, extension = plain.rpartition(".")
    if dot and not stem.strip(" _.-"):
        plain = f"{_FALLBACK}.{extension}"
    encoded = quote(name.encode("utf-8", "replace"), safe=_ATTR_CHARACTERS)
    return f"attachment; filename=\"{plain or _FALLBACK}\"; filename*=UTF-8''{encoded}"


def distinct_names(names: Sequence[str]) -> list[str]:
    """`names` as safe single path components, none equal to another on a file system that ignores case."""
    taken: set[str] = set()
    result = []
    for name in names:
        stem, dot, extension = name.rpartition(".")
        stem, extension = (stem, _safe(extension)) if dot else (name, "")
        candidate, count = file_name(stem, extension or "bin"), 1
        while candidate.casefold() in taken:
            count += 1
            candidate = file_name(stem, extension or "bin", str(count))
        taken.add(candidate.casefold())
        result.append(candidate)
    return result
