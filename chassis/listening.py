"""A socket that listens, for servers that take one ready made."""

from __future__ import annotations

import socket

_BACKLOG = 1024


def listening_at(listen: str) -> socket.socket:
    """Bound to `HOST:PORT` and not blocking. Raises RuntimeError for a port that is taken or is none."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, int(port)))
        listener.listen(_BACKLOG)
    except (OSError, ValueError) as error:
        listener.close()
        raise RuntimeError(f"cannot listen on {listen}") from error
    listener.setblocking(False)
    return listener
