"""The one way in which evidence is written down: RFC 8785 (JCS) of a small part of JSON.

Small, so that whoever writes it anew in another language has nothing to get wrong: no fractions, no escapes, no letters
beyond ASCII. What is read must be these very bytes: two files that say the same are the same file.
"""

from __future__ import annotations

import json
import re

WHOLE_MAX = 2**53 - 1
"""The largest whole number that every reader of JSON keeps exact (RFC 7493)."""
DEPTH_MAX = 8
_NAME = re.compile(r"[a-z0-9_.-]{1,64}")
_TEXT = re.compile(r"[ !#-\[\]-~]*")
"""Printable ASCII without the quotation mark and the backslash, which would have to be escaped."""


class NotCanonical(ValueError):
    """Not of the canonical form; the text says why."""


def canonical(value: object) -> bytes:
    """The bytes of it. Raises NotCanonical for what has no place in this form."""
    _require(value, DEPTH_MAX)
    # Of ASCII alone, the order of code points is that of UTF-16 units, which RFC 8785 asks for.
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def read_canonical(data: bytes) -> object:
    """What the bytes say. Raises NotCanonical unless they are exactly those that `canonical` gives."""
    try:
        value = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise NotCanonical("it is no JSON in ASCII") from error
    if canonical(value) != data:
        raise NotCanonical("it is not in the canonical form: it was written anew, or a byte was changed")
    return value


def _require(value: object, depth: int) -> None:
    if depth == 0:
        raise NotCanonical(f"more than {DEPTH_MAX} levels")
    if isinstance(value, list):
        for each in value:
            _require(each, depth - 1)
    elif isinstance(value, dict):
        for name, each in value.items():
            if not (isinstance(name, str) and _NAME.fullmatch(name)):
                raise NotCanonical("a member's name has other letters than a-z, 0-9, _, . and -")
            _require(each, depth - 1)
    else:
        _require_leaf(value)


def _require_leaf(value: object) -> None:
    if isinstance(value, str):
        if not _TEXT.fullmatch(value):
            raise NotCanonical("a text has other letters than plain ASCII")
    elif isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value <= WHOLE_MAX:
            raise NotCanonical(f"{value} is not from 0 to {WHOLE_MAX}")
    elif value is not None:
        raise NotCanonical(f"{type(value).__name__} has no place in it")
