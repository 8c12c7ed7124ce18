"""Signed tokens in their compact form (RFC 7515), read as strictly as the form allows and not yet believed."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from collections.abc import Mapping
from typing import NoReturn

from chassis.tokens.errors import TokenRefused

TOKEN_CHARACTERS_MAX = 8192
"""A provider's id token with a picture and a few groups has two thousand."""
_DEPTH_MAX = 16
_PART = r"[A-Za-z0-9_-]+"
# Three parts, none of them empty: a token without a signature does not even have the form of one.
_COMPACT = re.compile(rf"({_PART})\.({_PART})\.({_PART})")


@dataclasses.dataclass(frozen=True)
class Unverified:
    """What a token says of itself before anybody looked at its signature."""

    header: Mapping[str, object]
    claims: Mapping[str, object]


def read(token: str) -> Unverified:
    """Header and claims. Raises TokenRefused."""
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise TokenRefused("too long")
    parts = _COMPACT.fullmatch(token)
    if parts is None:
        raise TokenRefused("not three parts of base64url")
    header, claims, signature = parts.groups()
    _decoded(signature)
    return Unverified(_json_object(_decoded(header)), _json_object(_decoded(claims)))


def _decoded(part: str) -> bytes:
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise TokenRefused("not base64url") from error
    # Bits left over at the end would let one token be written in several ways.
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != part:
        raise TokenRefused("not the one way to write it")
    return data


def _json_object(data: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(data.decode(), object_pairs_hook=_without_doubles, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise TokenRefused("not JSON") from error
    if not isinstance(value, dict):
        raise TokenRefused("not a JSON object")
    if _depth(value) > _DEPTH_MAX:
        raise TokenRefused("nested too deep")
    return value


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Two readers that take different ones of two claims would see two different tokens.
        raise TokenRefused("a name twice")
    return members


def _no_number(text: str) -> NoReturn:
    raise TokenRefused(f"{text} is no JSON")


def _depth(value: object) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(each, dict):
            waiting += [(inner, depth + 1) for inner in each.values()]
        elif isinstance(each, list):
            waiting += [(inner, depth + 1) for inner in each]
    return deepest
