"""Ports on the loopback interface: chosen free, and kept from run to run so that links stay good."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from stack.reach import LOOPBACK, USUAL_PORT

DOOR = "gateway"
"""The one port that listens where people are let in; all others are this machine's own."""
PREFERRED = {DOOR: USUAL_PORT}


class PortTaken(Exception):
    """The port that was asked for is in use, or the host cannot be listened on; the text says which."""


def choose(path: Path, names: Iterable[str], wanted: Mapping[str, int], host: str) -> dict[str, int]:
    """A port for each name: the one asked for, else last run's, the usual one, or any, whichever is free first.

    Last run's comes before the usual one, since a browser keeps sessions and tracks by the very address.
    Raises PortTaken when one that was asked for is in use, or nothing can listen on `host`.
    """
    _check_host(host)
    known_of = _remembered(path)
    ports: dict[str, int] = {}
    for name in names:
        where = host if name == DOOR else LOOPBACK
        if name in wanted:
            if not _is_free(where, wanted[name]):
                raise PortTaken(
                    f"another program has the port {wanted[name]}; stop it, or choose another port with --port"
                )
            ports[name] = wanted[name]
            continue
        known = [port for port in (known_of.get(name, 0), PREFERRED.get(name, 0)) if port not in (0, *ports.values())]
        ports[name] = next((port for port in known if _is_free(where, port)), 0) or _free(ports.values())
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(ports, indent=1))
    fresh.replace(path)
    return ports


def remembered(path: Path, name: str) -> int:
    """The port that a name had in the last run; 0 where that is not known."""
    return _remembered(path).get(name, 0)


def door_told(before: int, door: int) -> str:
    """What people are told of the port that they find us at, which was `before` in the last run; "" for nothing."""
    if before not in (0, door):
        return (
            f"another program has the port {before}, where this was so far: the address ends in {door} now, and at the"
            f" next starts, too; browsers sign in again there. --port {before} goes back once that one is free"
        )
    if door == USUAL_PORT:
        return ""
    if before:
        return f"the address ends in {door}, as it did before; --port {USUAL_PORT} takes the usual one"
    return (
        f"another program has the port {USUAL_PORT}: the address ends in {door}, and at the next starts, too, so that"
        f" sessions stay good; --port {USUAL_PORT} takes the usual one once it is free"
    )


def _check_host(host: str) -> None:
    with socket.socket(_family(host)) as probe:
        try:
            probe.bind((host, 0))
        except OSError as error:
            raise PortTaken(
                f"this machine has no address {host} to listen on ({error.strerror}); leave --listen out to serve this "
                "machine alone, or name an address that `ip address` lists"
            ) from error


def _remembered(path: Path) -> Mapping[str, int]:
    # A convenience only: without it, or with a damaged one, other ports do as well.
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: port for name, port in found.items() if isinstance(port, int)}


def _is_free(host: str, port: int) -> bool:
    with socket.socket(_family(host)) as probe:
        # As servers do it: a port whose last connections are just closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _free(taken: Iterable[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port
