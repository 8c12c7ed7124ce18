"""`stripsession doctor`: what is wrong with an installation, and how to mend it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from chassis.db import server
from stack import nats
from stack.commands import http_answers
from stack.layout import Layout
from stack.registry import ModelRefused, default_model, differences
from stack.served_models import (
    INSTALL_RUNTIME,
    has_network_runtime,
    needs_network_runtime,
    registered,
    wanted_default,
)
from stack.supervisor import read_state
from stack.triton_runtime import triton_runs_here

_DISK_BYTES_LOW = 2 * 1024**3
_MEMORY_BYTES_LOW = 2 * 1024**3
_PYTHON_LOWEST = (3, 11)


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    well: bool
    text: str
    remedy: str = ""


async def examine(data: Path) -> list[Finding]:
    """Look at the machine, the packages, the data folder and the running stack."""
    layout = Layout(data.resolve())
    models = await asyncio.to_thread(lambda: [*_models(layout)])
    return [*_machine(layout), *_packages(), *models, *_data(layout), *await _stack(layout)]


def _machine(layout: Layout) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    fits = sys.version_info[:2] >= _PYTHON_LOWEST
    yield Finding("Python", fits, version, "" if fits else "install Python 3.11 or later")
    existing = next(path for path in (layout.root, *layout.root.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    roomy = free > _DISK_BYTES_LOW
    yield Finding("disk", roomy, f"{free / 1024**3:.1f} GiB free", "" if roomy else f"free some space on {existing}")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    enough = memory > _MEMORY_BYTES_LOW
    yield Finding("memory", enough, f"{memory / 1024**3:.1f} GiB", "" if enough else "2 GiB are too little for Triton")


def _packages() -> Iterator[Finding]:
    try:
        server.binaries()
        yield Finding("PostgreSQL", True, "installed")
    except server.PostgresUnavailable as error:
        yield Finding("PostgreSQL", False, str(error), "run `make setup`")
    try:
        nats.binary()
        yield Finding("NATS", True, "installed")
    except nats.NatsUnavailable as error:
        yield Finding("NATS", False, str(error), "run `make setup`")
    if triton_runs_here():
        yield Finding("Triton", True, "has a wheel for this machine")
    else:
        yield Finding(
            "Triton", True, "has no wheel for this machine: the same model runs inside the worker, one song at a time"
        )


def _models(layout: Layout) -> Iterator[Finding]:
    broken: list[str] = []
    models = registered(layout, broken.append)
    for text in broken:
        yield Finding("models", False, text, f"mend it, or remove its folder from {layout.models}")
    for model in models:
        if found := differences(model):
            again = "clone the repository again" if model.is_bundled else f"import it again: {model.folder} is spoiled"
            yield Finding("models", False, f"{model.name} is not what its card says: {'; '.join(found)}", again)
    try:
        chosen = default_model(models, wanted_default(layout, os.environ))
        yield Finding("models", True, f"{', '.join(model.name for model in models)}; the default is {chosen.name}")
    except ModelRefused as refused:
        yield Finding("models", False, str(refused), "choose another: stripsession models default NAME")
    if needs_network_runtime(models) and not has_network_runtime() and not triton_runs_here():
        yield Finding("models", False, "OpenVINO is not installed, and the networks need it here", INSTALL_RUNTIME)


def _data(layout: Layout) -> Iterator[Finding]:
    if not layout.root.exists():
        yield Finding("data folder", True, f"{layout.root} does not exist yet; it is made by `stripsession up`")
        return
    writable = os.access(layout.root, os.W_OK)
    remedy = "" if writable else "change its owner, or name another with --data"
    yield Finding("data folder", writable, str(layout.root), remedy)
    for path in (*sorted(layout.secrets.glob("*")), *sorted(layout.certificates.glob("*.key"))):
        if path.stat().st_mode & 0o077:
            yield Finding("secrets", False, f"{path} can be read by others", f"chmod 600 {path}")
    pidfile = layout.postgres / "postmaster.pid"
    if pidfile.exists() and read_state(layout.root) is None:
        with contextlib.suppress(ValueError, OSError):
            pid = int(pidfile.read_text().splitlines()[0])
            if Path(f"/proc/{pid}").exists():
                yield Finding("PostgreSQL", False, f"process {pid} was left running", f"kill -INT {pid}")


async def _stack(layout: Layout) -> list[Finding]:
    state = read_state(layout.root)
    if state is None:
        return [Finding("stack", True, "not running; start it with `stripsession up`")]
    findings = [Finding("stack", True, f"running at {state['url']}, engine {state['engine']}")]
    processes, ports, restarts = (_mapping(state, name) for name in ("processes", "ports", "restarts"))
    for name, pid in processes.items():
        alive = pid != 0 and Path(f"/proc/{pid}").exists() if sys.platform.startswith("linux") else bool(pid)
        log = layout.logs / f"{name}.log"
        again = restarts.get(name, 0)
        times = f", started again {'once' if again == 1 else f'{again} times'}" if again else ""
        text = f"process {pid}{times}" if alive else f"not running{times}"
        findings.append(Finding(name, alive, text, "" if alive else f"its log: {log}"))
    url = str(state["url"])
    if not await http_answers(f"{url}/readyz"):
        findings.append(Finding("gateway", False, f"{url} does not answer", "stop it with Ctrl-C and start it again"))
    for name, port in ports.items():
        if name.endswith("-rpc") and name != "gateway-rpc" and not await asyncio.to_thread(_answers, port):
            findings.append(Finding(name, False, f"port {port} does not answer", "restart with `stripsession up`"))
    return findings


def _mapping(state: Mapping[str, object], name: str) -> Mapping[str, int]:
    part: Mapping[str, int] = json.loads(json.dumps(state.get(name, {})))
    return part


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
