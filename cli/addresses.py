"""Web addresses of servers, as people type them."""

from __future__ import annotations

import contextlib
import ipaddress

import httpx

_PORT_MAX = 65_535


def is_web_address(text: str) -> bool:
    """Whether a server can be asked there: by http or https, at a host, and by a port that exists if one is named."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return False
    return url.scheme in ("http", "https") and bool(url.host) and (url.port is None or 0 < url.port <= _PORT_MAX)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
