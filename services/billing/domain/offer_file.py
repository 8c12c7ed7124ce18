"""Plans and packs from an operator's JSON file, in place of ours."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping, Sequence

from services.billing.domain.plans import Offers, Pack, Plan

PRIORITIES = ("standard", "priority", "first")
AMOUNT_MAX = 10**9
LONGEST_SONG_S_MAX = 2**31 - 1
"""What the contract's field can say."""
# What is given in units that people count in, and the field that it fills.
_MINUTES = {"minutes_a_month": "seconds_a_month", "longest_song_minutes": "longest_song_s", "minutes": "seconds"}
_MODELS = frozenset({"models", "default_model"})

Item = typing.TypeVar("Item", Plan, Pack)


def offers_in(text: str) -> Offers:
    """Read `{"plans": [{"name": ..., "minutes_a_month": ...}], "packs": [...]}`. Raises ValueError."""
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(found, dict) or not {"plans"} <= found.keys() <= {"plans", "packs"}:
        raise ValueError("it must be an object of plans and packs")
    plans = tuple(_item(Plan, each, f"plan {number}") for number, each in _numbered(found["plans"], "plans"))
    packs = tuple(_item(Pack, each, f"pack {number}") for number, each in _numbered(found.get("packs", []), "packs"))
    if not plans:
        raise ValueError("it has no plan")
    for plan in plans:
        if plan.priority not in PRIORITIES:
            raise ValueError(f"the priority of plan {plan.name!r} must be one of {', '.join(PRIORITIES)}")
        if plan.longest_song_s > LONGEST_SONG_S_MAX:
            most = LONGEST_SONG_S_MAX // 60
            raise ValueError(f"longest_song_minutes of plan {plan.name!r} must be {most} or less")
    _all_different("names of plans", [plan.name for plan in plans])
    _all_different("names of packs", [pack.name for pack in packs])
    keys = [key for plan in plans for key in plan.price_lookup_keys] + [pack.price_lookup_key for pack in packs]
    _all_different("price lookup keys", keys)
    return Offers(plans, packs)


def _item(kind: type[Item], found: object, what: str) -> Item:
    if not isinstance(found, dict):
        raise ValueError(f"{what} must be an object")
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind) if field.name not in _MODELS}
    names = {minutes: seconds for minutes, seconds in _MINUTES.items() if seconds in fields}
    lawful = [name for name in fields if name not in names.values()] + list(names)
    if strange := sorted(found.keys() - set(lawful)):
        raise ValueError(f"{what} has {strange[0]!r}, which is none of {', '.join(sorted(lawful))}")
    values: dict[str, object] = {}
    for name in lawful:
        field = fields[names.get(name, name)]
        if name in found:
            value = _value(found[name], hints[field.name], f"{name} of {what}")
            values[field.name] = value * 60 if name in names and isinstance(value, int) else value
        elif field.default is dataclasses.MISSING:
            raise ValueError(f"{what} has no {name}")
    return kind(**values)  # type: ignore[arg-type]  # each was read by its field's type


def _value(found: object, hint: object, what: str) -> int | str | tuple[str, ...]:
    if hint is int:
        if isinstance(found, bool) or not isinstance(found, int) or not 0 < found <= AMOUNT_MAX:
            raise ValueError(f"{what} must be a whole number above 0")
        return found
    if hint is str:
        return _word(found, what)
    assert isinstance(hint, types.GenericAlias)
    if not isinstance(found, list):
        raise ValueError(f"{what} must be a list of texts")
    return tuple(_word(each, what) for each in found)


def _word(found: object, what: str) -> str:
    if not isinstance(found, str) or not found.strip():
        raise ValueError(f"{what} must be text")
    return found


def _numbered(found: object, what: str) -> Sequence[tuple[int, object]]:
    if not isinstance(found, list):
        raise ValueError(f"{what} must be a list")
    return list(enumerate(found, start=1))


def _once(pairs: Sequence[tuple[str, object]]) -> Mapping[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice in one object")
    return found


def _all_different(what: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name!r} is twice among the {what}")
