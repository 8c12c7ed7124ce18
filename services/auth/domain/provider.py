"""The OpenID providers that an installation offers, from its operator's JSON file."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from pathlib import Path

GOOGLE, ANY = "google", "oidc"
GOOGLE_ISSUER = "https://accounts.google.com"
PROVIDERS_MAX = 10
_NAMES = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_SHOWN = re.compile(r"[^\x00-\x1f\x7f]{1,40}")
# A stand-in on this very machine needs no certificate.
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?(/|$)")
_MEMBERS = {"provider", "kind", "name", "issuer", "client_id", "client_secret_file"}


@dataclasses.dataclass(frozen=True)
class Provider:
    """One of them."""

    provider: str
    """Names it here, in its redirect address too."""
    kind: str
    """`google`, whose button has Google's own look, or `oidc`."""
    name: str
    """What people call it."""
    issuer: str
    """The `iss` of its id tokens; its discovery document lies below it."""
    client_id: str
    client_secret_file: Path
    """Holds what proves to the provider that we are we."""


def is_secure(url: str) -> bool:
    """Whether a request there can be read or answered by nobody else."""
    return url.startswith("https://") or is_loopback(url)


def is_loopback(url: str) -> bool:
    """Whether it is this very machine, without encryption."""
    return _LOOPBACK.match(url) is not None


def providers_in(text: str) -> tuple[Provider, ...]:
    """Read `[{"provider": "google", "kind": "google", "client_id": ..., "client_secret_file": ...}]`.

    Of Google the issuer and the name may be left out. Raises ValueError, which says what is wrong.
    """
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(found, list) or not 1 <= len(found) <= PROVIDERS_MAX:
        raise ValueError(f"it must be a list of 1 to {PROVIDERS_MAX} providers")
    providers = tuple(_provider(each, f"provider {number}") for number, each in enumerate(found, start=1))
    _all_different("names of providers", [each.provider for each in providers])
    # People are issuer and subject: by two names one person would be two, or one of them nobody.
    _all_different("issuers", [each.issuer for each in providers])
    return providers


def _provider(found: object, what: str) -> Provider:
    if not isinstance(found, dict):
        raise ValueError(f"{what} must be an object")
    if strange := sorted(found.keys() - _MEMBERS):
        raise ValueError(f"{what} has {strange[0]!r}, which is none of {', '.join(sorted(_MEMBERS))}")
    kind = found.get("kind", ANY)
    if kind not in (GOOGLE, ANY):
        raise ValueError(f"kind of {what} must be {GOOGLE} or {ANY}")
    usual = {"name": "Google", "issuer": GOOGLE_ISSUER} if kind == GOOGLE else {}
    values: dict[str, str] = {}
    for name in sorted(_MEMBERS - {"kind"}):
        value = found.get(name, usual.get(name))
        if not isinstance(value, str) or not value:
            raise ValueError(f"{what} must have {name}, as text")
        values[name] = value
    if not _NAMES.fullmatch(values["provider"]):
        raise ValueError(f"provider of {what} must be 1 to 32 of a-z, 0-9, _ and -")
    if not _SHOWN.fullmatch(values["name"]):
        raise ValueError(f"name of {what} must have 1 to 40 visible characters")
    if not is_secure(values["issuer"]) or values["issuer"].endswith("/.well-known/openid-configuration"):
        raise ValueError(f"issuer of {what} must begin with https://, and be the `issuer` of its discovery document")
    if kind == GOOGLE and values["issuer"] != GOOGLE_ISSUER:
        raise ValueError(f"issuer of {what} must be {GOOGLE_ISSUER}: its button says that it is Google")
    secret_file = Path(values.pop("client_secret_file"))
    return Provider(kind=str(kind), client_secret_file=secret_file, **values)


def _all_different(what: str, values: Sequence[str]) -> None:
    if len(set(values)) != len(values):
        raise ValueError(f"the {what} must differ")
