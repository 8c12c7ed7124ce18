"""Ports on the loopback interface: chosen free, and kept from run to run so that links stay good."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

PREFERRED = {"gateway": 8080}


class PortTaken(Exception):
    """The port that was asked for is in use, or the host cannot be listened on; the text says which."""


def choose(path: Path, names: Iterable[str], wanted: Mapping[str, int], host: str) -> dict[str, int]:
    """A port for each name: the one asked for, else the usual one, last run's, or any, whichever is free first.

    Raises PortTaken when one that was asked for is in use, or nothing can listen on `host`.
    """
    _check_host(host)
    remembered = _remembered(path)
    ports: dict[str, int] = {}
    for name in names:
        if name in wanted:
            if not _is_free(host, wanted[name]):
                raise PortTaken(f"port {wanted[name]} is in use; choose another with --port")
            ports[name] = wanted[name]
            continue
        known = [port for port in (PREFERRED.get(name, 0), remembered.get(name, 0)) if port not in (0, *ports.values())]
        ports[name] = next((port for port in known if _is_free(host, port)), 0) or _free(ports.values())
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(ports, indent=1))
    fresh.replace(path)
    return ports


def _check_host(host: str) -> None:
    with socket.socket() as probe:
        try:
            probe.bind((host, 0))
        except OSError as error:
            raise PortTaken(f"cannot listen on {host}: {error.strerror}; choose another with --host") from error


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
    with socket.socket() as probe:
        # As servers do it: a port whose last connections are just closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def _free(taken: Iterable[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port
