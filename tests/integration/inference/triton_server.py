"""A real Triton server with generated models, started for tests and cleared away after them."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from stack.model_repository import Machine, generate
from stack.registry import Model, models_in
from stack.triton_runtime import (
    TritonPorts,
    TritonRuntime,
    TritonUnavailable,
    clean_leftovers,
    prepare,
    serve_command,
)
from tests.paths import REPOSITORY, TRITON, TRITON_LOCK

DOOR = REPOSITORY / "inference" / "door"
MODELS = REPOSITORY / "inference" / "models"
_READY_DEADLINE_S = 60.0


def installed() -> TritonRuntime:
    """One installed server for all test runs; skips the test where there is none for this machine."""
    try:
        return prepare(TRITON, TRITON_LOCK, print)
    except TritonUnavailable as reason:
        pytest.skip(str(reason))


def repository_of(models: Sequence[Model], instance: Path, wire: str = "fp32") -> Path:
    """A generated model repository, as for a machine of two cores."""
    return generate(models, DOOR, instance / "models", Machine(cores=2, wire=wire))


@contextmanager
def serving(
    runtime: TritonRuntime,
    instance: Path,
    more: Sequence[Model] = (),
    wire: str = "fp32",
    ports: TritonPorts | None = None,
) -> Iterator[tuple[subprocess.Popen[bytes], TritonPorts]]:
    """A running server that is ready, with the baseline loaded and `more` to be asked for; and its ports.

    `ports` are those of a server that was here before.
    """
    ports = ports or _free_ports()
    baseline = [model for model in models_in(MODELS, is_bundled=True) if model.name == "baseline"]
    repository = repository_of([*baseline, *more], instance, wire)
    command = serve_command(runtime, instance, [repository], ports, first_model="baseline")
    log = instance / "triton.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command.argv, env=dict(command.env), cwd=command.cwd, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _wait_ready(server, ports, log)
            yield server, ports
        finally:
            # As the supervisor ends it: it has nothing to keep.
            server.kill()
            server.wait()
            clean_leftovers(instance)


def _free_ports() -> TritonPorts:
    """Three loopback ports that nobody holds now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    numbers = [listening.getsockname()[1] for listening in sockets]
    for listening in sockets:
        listening.close()
    return TritonPorts(*numbers)


def _wait_ready(server: subprocess.Popen[bytes], ports: TritonPorts, log: Path) -> None:
    """Return when the server says it is ready; fails with its log when it ends first."""
    started = time.monotonic()
    waiting = True
    while waiting:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{ports.http}/v2/health/ready", timeout=1):
                waiting = False
        except OSError:
            assert time.monotonic() - started < _READY_DEADLINE_S, log.read_text()
            try:
                # Waiting on the process, not on the clock: an early end is seen at once.
                server.wait(timeout=0.1)  # sleep: it tells its end by itself, and that it is ready only when asked
            except subprocess.TimeoutExpired:
                continue
            pytest.fail(log.read_text())
