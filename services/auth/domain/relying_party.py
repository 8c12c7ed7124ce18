"""For whom a passkey is: browsers and authenticators bind it to a name, and give it to pages under that name alone."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_LOCAL = "localhost"
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_PORTS = {"https": 443, "http": 80}


@dataclasses.dataclass(frozen=True)
class RelyingParty:
    """A name, and the origins of its pages as browsers write them."""

    name: str
    origins: tuple[str, ...]


def relying_party(urls: Sequence[str]) -> RelyingParty | None:
    """Of the addresses of our pages: the first one's name, and all as origins.

    None where browsers make no passkeys: on plain http but at localhost, under a bare address, for origins outside the
    first one's name, and without any. A loopback address is known to browsers as localhost.
    """
    origins = []
    for url in urls:
        origin = _origin(url)
        if origin is None:
            return None
        origins.append(origin)
    if not origins:
        return None
    name = origins[0][0]
    if any(host != name and not host.endswith(f".{name}") for host, _ in origins):
        return None
    return RelyingParty(name, tuple(dict.fromkeys(text for _, text in origins)))


def _origin(url: str) -> tuple[str, str] | None:
    """Host and origin."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if _is_loopback(host):
        host = _LOCAL
    if not _NAME.fullmatch(host) or host.replace(".", "").isdigit():
        return None
    if parts.scheme != "https" and not (parts.scheme == "http" and host == _LOCAL):
        return None
    is_usual = port is None or port == _PORTS[parts.scheme]
    return host, f"{parts.scheme}://{host}" + ("" if is_usual else f":{port}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
