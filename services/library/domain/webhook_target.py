"""Where webhooks may be sent. What strangers name is asked for from inside: most of what they could name is refused."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from typing import TypeAlias
from urllib.parse import urlsplit

from services.library.domain.errors import WebhookLeadsHere, WebhookUrlInvalid

URL_CHARACTERS_MAX = 500
PORTS = (443, 8443)
_PORT_MAX = 65_535
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_HOST_CHARACTERS_MAX = 253
# Printable ASCII without what ends or escapes an address in some reader of it: space, ", <, >, \, ^, `, {, |, }.
_URL = re.compile(r"[!#-;=?-\[\]_a-z~]+")
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# Python's own idea of global differs from one of its versions to the next; and it counts addresses as global that hold
# another one within. So what is refused stands here (IANA's special-purpose registries; RFC 6890 and after).
_FORBIDDEN = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # Clouds tell secrets of a machine here, though it is a public address.
        "168.63.129.16/32",
        # Teredo and other protocols' own, documentation, 6to4, documentation, segment routing.
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16"),
    )
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""Whatever of IPv6 lies outside is this machine's, this link's, this site's, or an IPv4 address in other clothes."""


@dataclasses.dataclass(frozen=True)
class Target:
    """An address of the web, taken apart."""

    is_https: bool
    host: str
    """A name, or an IP address without brackets; lower case."""
    port: int
    path: str
    """With the query."""

    @property
    def authority(self) -> str:
        """What the header Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_https else 80) else f"{host}:{self.port}"


def target_of(url: str, *, loopback: bool) -> Target:
    """Take an address apart. Raises WebhookUrlInvalid, or its WebhookLeadsHere, for one that nothing is ever sent to.

    `loopback` lets messages go to this machine, at any port and without TLS. What a name stands for is not asked here:
    that is looked at each time, at the last moment.
    """
    if len(url) > URL_CHARACTERS_MAX or not url.isascii() or not _URL.fullmatch(url.lower()):
        raise WebhookUrlInvalid
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WebhookUrlInvalid from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("https", "http") or "@" in parts.netloc or "#" in url or not host:
        raise WebhookUrlInvalid
    is_https = parts.scheme == "https"
    literal = _literal(host)
    is_here = host == "localhost" or (literal is not None and literal.is_loopback)
    if is_here and not loopback:
        raise WebhookLeadsHere
    if literal is None and not _is_name(host) and not is_here:
        raise WebhookUrlInvalid
    if literal is not None and not may_reach(literal, loopback=loopback):
        raise WebhookUrlInvalid
    port = port if port is not None else (443 if is_https else 80)
    if not is_here and (not is_https or port not in PORTS):
        raise WebhookUrlInvalid
    if not 0 < port <= _PORT_MAX:
        raise WebhookUrlInvalid
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_https, host, port, path)


def may_reach(address: Address, *, loopback: bool) -> bool:
    """Whether messages may go to this IP address: to the open internet, and to this machine where that is set."""
    if address.is_loopback:
        return loopback
    if isinstance(address, ipaddress.IPv6Address) and (address not in _GLOBAL_UNICAST or address.scope_id):
        return False
    return not any(address in network for network in _FORBIDDEN if network.version == address.version)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_name(host: str) -> bool:
    labels = host.split(".")
    # What ends in a number, decimal, octal or hexadecimal, is an IPv4 address to many readers (WHATWG URL, 3.5).
    ends_in_number = labels[-1].isdigit() or re.fullmatch(r"0x[0-9a-f]*", labels[-1]) is not None
    # A name of one label is a machine's on some network of ours.
    is_long = len(labels) > 1 and len(host) <= _HOST_CHARACTERS_MAX
    return is_long and not ends_in_number and all(_LABEL.fullmatch(label) for label in labels)
