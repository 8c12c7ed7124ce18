"""Form bodies with nested names: `items[0][price]=p`, `metadata[song]=x`, `expand[]=customer`."""

from __future__ import annotations

import re
from typing import TypeAlias
from urllib.parse import parse_qsl

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
"""What a parameter holds: text, members of a list, or named parts."""

FIELDS_MAX = 2000
DEPTH_MAX = 8
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


class FormMalformed(ValueError):
    """These parameters cannot be read."""


def parse(text: str) -> dict[str, Value]:
    """The parameters of a query or a form body. Raises FormMalformed.

    A list whose members are numbered stays a dict of numbers here: only its reader knows that `metadata[0]` is a name
    and `items[0]` a place.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError as error:
        raise FormMalformed(f"Invalid request: at most {FIELDS_MAX} parameters, in UTF-8.") from error
    found: dict[str, Value] = {}
    for name, value in pairs:
        _put(found, _parts(name), value, name)
    return found


def members(value: Value) -> list[Value]:
    """The members of a list, however it was written. Raises FormMalformed when it is none."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and all(name.isascii() and name.isdigit() for name in value):
        return [value[name] for name in sorted(value, key=int)]
    if value == "":
        return []
    raise FormMalformed("Invalid array")


def _parts(name: str) -> list[str]:
    match = _NAME.fullmatch(name)
    if match is None:
        raise FormMalformed(f"Invalid request: the parameter name {name[:80]!r} cannot be read.")
    parts = [match[1], *_PART.findall(match[2])]
    if len(parts) > DEPTH_MAX:
        raise FormMalformed(f"Invalid request: {name[:80]!r} is nested too deeply.")
    return parts


def _put(into: dict[str, Value], parts: list[str], value: str, name: str) -> None:
    """Put the value at its place; `[]` adds to a list, and only as the last part."""
    is_member = parts[-1] == ""
    path = parts[:-1] if is_member else parts
    if "" in path:
        raise FormMalformed(f"Invalid request: number the members of {name[:80]!r}.")
    conflict = FormMalformed(f"Invalid request: {name[:80]!r} is given twice, in two shapes.")
    here = into
    for part in path[:-1]:
        inner = here.setdefault(part, {})
        if not isinstance(inner, dict):
            raise conflict
        here = inner
    if is_member:
        list_here = here.setdefault(path[-1], [])
        if not isinstance(list_here, list):
            raise conflict
        list_here.append(value)
    elif path[-1] in here:
        raise conflict
    else:
        here[path[-1]] = value
