"""How a request came to us: through which proxies, from which address, by which scheme, under which name."""

from __future__ import annotations

import dataclasses
import ipaddress
import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclasses.dataclass(frozen=True)
class Approach:
    """What the operator said of the way from people to us."""

    public_url: str = ""
    trusted_proxies: int = 0
    proxy_networks: tuple[Network, ...] = ()
    also_known_as: tuple[str, ...] = ()
    """Further hosts that lead here the same way."""

    def address(self, peer: str, forwarded_for: Sequence[str]) -> str:
        """Whom a request is counted against; `forwarded_for` are the values of X-Forwarded-For."""
        hops = [hop.strip() for value in forwarded_for for hop in value.split(",")]
        # Where a proxy keeps what came to it to itself, the oldest that is told is the nearest to the visitor.
        trusted = self._believed(peer)
        parsed = _parsed(_without_port(hops[-trusted:][0])) if trusted and hops else peer
        if isinstance(parsed, str):
            parsed = _parsed(peer)
        if isinstance(parsed, ipaddress.IPv6Address):
            # One home holds a whole /64.
            return str(ipaddress.ip_network((parsed, 64), strict=False))
        return str(parsed)

    def is_https(self, peer: str, scheme: str, forwarded_proto: str) -> bool:
        """Whether a person's side of the way is encrypted; `forwarded_proto` is X-Forwarded-Proto, or ""."""
        if self._believed(peer) and forwarded_proto:
            return forwarded_proto.rpartition(",")[2].strip().lower() == "https"
        return scheme == "https" or self.public_url.startswith("https://")

    def is_ours(self, host: str, peer: str, here: str) -> bool:
        """Whether a request under this name, the Host header, is meant for us; `here` is our end of its connection.

        A foreign name is another site's, pointed at this machine to get around its browser's walls; and whoever asks
        for ours, but not through its proxy, would send sign-ins in the clear.
        """
        if not self.public_url:
            return True
        name, theirs = _name(host), _parsed(peer)
        is_from_here = theirs == _parsed(here) or (not isinstance(theirs, str) and theirs.is_loopback)
        if name in {_name(known) for known in (urlsplit(self.public_url).netloc, *self.also_known_as)}:
            return is_from_here or self._may_be_proxy(theirs)
        # Browsers look for no *.localhost elsewhere (RFC 6761): no other site can have one.
        is_local = name == "localhost" or name.endswith(".localhost")
        return is_from_here and (is_local or not isinstance(_parsed(name), str))

    def _believed(self, peer: str) -> int:
        """How many of the last hops are our own proxies' words."""
        return self.trusted_proxies if self._may_be_proxy(_parsed(peer)) else 0

    def _may_be_proxy(self, peer: Address | str) -> bool:
        if not self.proxy_networks:
            return True
        return not isinstance(peer, str) and any(peer in network for network in self.proxy_networks)


def _name(host: str) -> str:
    """A host's name or address without its port, as browsers ask for it; "" for what is none."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    # Not Python's own codec, whose older rules send the ß of one name to another name.
    labels = unicodedata.normalize("NFKC", name).rstrip(".").split(".")
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)


def _without_port(hop: str) -> str:
    """The address of a hop as some proxies write it: 198.51.100.7:51234, [2001:db8::1]:443."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0] if "]" in hop else hop
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _parsed(text: str) -> Address | str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    # A socket that listens for both kinds shows IPv4 so, and all of it lies in one /64.
    return getattr(address, "ipv4_mapped", None) or address
