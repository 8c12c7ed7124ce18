"""How people reach the stack: where it listens, under which name, and through which proxy."""

from __future__ import annotations

import dataclasses
import ipaddress
import unicodedata
from urllib.parse import urlsplit

USUAL_PORT = 8080
LOOPBACK = "127.0.0.1"
_LOOPBACK_PROXIES = (LOOPBACK, "::1")
_PORT_MAX = 65535
_GUIDE = "docs/hosting.md shows how"


class ReachRefused(Exception):
    """People cannot, or must not, be served this way; the text says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Reach:
    """One way from people to the gateway; made by `choose`, else this machine alone."""

    host: str = LOOPBACK
    port: int | None = None
    """None takes the usual one, else any that is free."""
    public_url: str = ""
    """Where people find it; empty is where it listens."""
    proxies: tuple[str, ...] = ()
    """Addresses and networks of the proxy that answers to the public URL."""


def choose(host: str = LOOPBACK, port: int | None = None, public_url: str = "", proxies: tuple[str, ...] = ()) -> Reach:
    """A way that sends no sign-in in the clear, and counts each visitor by their own address. Raises ReachRefused."""
    url = _public(public_url) if public_url else ""
    for proxy in proxies:
        _check_proxy(proxy)
    if not url:
        if not is_loopback(host):
            raise ReachRefused(
                f"listening on {host} alone would let sign-ins travel unencrypted over the network; put a proxy with "
                f"a certificate in front and name its address: --public-url https://stems.example.org ({_GUIDE}). "
                "Without --listen it serves this machine alone"
            )
        if proxies:
            raise ReachRefused("--proxy is for a service with a name: add --public-url https://stems.example.org")
        return Reach(host, port)
    if not proxies:
        if not is_loopback(host):
            raise ReachRefused(
                f"listening on {host} for a proxy elsewhere, name the address that it calls from, e.g. "
                f"--proxy 192.0.2.10: everybody's rate would be counted as its own otherwise ({_GUIDE})"
            )
        proxies = _LOOPBACK_PROXIES
    # The proxy is told a port once: it must not wander.
    return Reach(host, port or USUAL_PORT, url, proxies)


def read_listen(text: str) -> tuple[str, int | None]:
    """Read HOST:PORT, HOST alone, or [IPv6]:PORT. Raises ReachRefused."""
    host, port = text, ""
    if text.isascii() and text.isdigit():
        raise ReachRefused(f"{text} is a port, not an address; write {LOOPBACK}:{text}, or --port {text}")
    if text.startswith("["):
        host, bracket, port = text[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise ReachRefused(f"{text} is no address; write [::1]:{USUAL_PORT}")
        port = port[1:]
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if not host:
        raise ReachRefused(f"{text} names no address; write e.g. {LOOPBACK}:{USUAL_PORT}")
    return host, read_port(port) if port else None


def read_port(text: str) -> int:
    """Read a port. Raises ReachRefused."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _PORT_MAX):
        raise ReachRefused(f"{text} is no port; ports are 1 to {_PORT_MAX}")
    return int(text)


def url_of(host: str, port: int) -> str:
    """Where this machine itself finds what listens there."""
    here = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://{bracketed(here)}:{port}"


def bracketed(host: str) -> str:
    """A host as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _public(text: str) -> str:
    example = "write it as https://stems.example.org"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ReachRefused(f"--public-url {text} is no web address; {example}") from None
    if parts.scheme != "https":
        raise ReachRefused(
            f"--public-url {text} is not encrypted: sign-ins would travel in the clear, and browsers give the player "
            f"no sound there; {example} ({_GUIDE})"
        )
    if not parts.hostname or "@" in parts.netloc:
        raise ReachRefused(f"--public-url {text} is no web address; {example}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ReachRefused(f"--public-url {text} goes on behind the name; the page needs a name of its own: {example}")
    return f"https://{bracketed(_encoded(parts.hostname))}" + (f":{port}" if port not in (None, 443) else "")


def _encoded(name: str) -> str:
    """A name as browsers ask for it; Python's own codec has older rules, which send the ß of one name to another."""
    labels = unicodedata.normalize("NFKC", name).split(".")
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)


def _check_proxy(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise ReachRefused(f"--proxy {text} is no address or network; write e.g. 192.0.2.10 or 192.0.2.8/30") from None
