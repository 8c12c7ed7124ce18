"""Starts every process of the stack in order, keeps each running, and stops them in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import fcntl
import itertools
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from pathlib import Path

from chassis.authority import ensure_certificates
from chassis.db.server import PostgresUnavailable
from stack import commands, disk, ports, postgres, triton_runtime
from stack.commands import Plan
from stack.layout import CERTIFIED, PROVIDER, SERVICES, STRIPE, Layout, program_root
from stack.nats import NatsUnavailable
from stack.process import Command, StartFailed, Supervised
from stack.reach import Reach
from stack.registry import ModelRefused
from stack.served_models import DEFAULT_SETTING, INSTALL_RUNTIME, ServedModels, has_network_runtime, serve_models

START_S = 60.0
TRITON_START_S = 120.0
_LOCK_FILE = "lock"
_TURNS_A_LOOK = 25
"""Of the loop that keeps the state, for one look at the disk: five seconds."""
_WITHOUT_TRITON = "the worker runs the same model by itself, one song at a time"


class StackFault(Exception):
    """The stack cannot be started; the text says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Wishes:
    """What a person may ask of `stripsession up`."""

    data: Path
    reach: Reach = dataclasses.field(default_factory=Reach)
    engine: str = "auto"
    """`auto`, `triton` or `in_process`."""
    log_level: str = "info"


class Stack:
    """The running processes."""

    def __init__(self, plan: Plan, say: Callable[[str], None], *, needs_triton: bool = False) -> None:
        """Nothing is started yet. Without Triton the worker separates by itself, unless it is needed."""
        self.plan = plan
        self._needs_triton = needs_triton
        self.processes: dict[str, Supervised] = {}
        self._say = say
        self._writer: asyncio.Task[None] | None = None

    async def start(self, runtime: triton_runtime.TritonRuntime | None) -> None:
        """Start all. Raises StartFailed."""
        await asyncio.gather(
            self._launch(commands.postgres_command(self.plan)),
            self._launch(commands.nats_command(self.plan)),
            self._launch_triton(runtime),
        )
        plan = self.plan
        await postgres.ensure_roles(plan.layout, plan.ports["postgres"])
        waiting = [self._launch(commands.service_command(plan, service)) for service in SERVICES]
        waiting += [self._launch_stripe(), self._launch_provider()]
        await asyncio.gather(*waiting, self._launch(commands.worker_command(plan)))
        self.write_state()
        self._writer = asyncio.create_task(self._keep_state())

    async def stop(self) -> None:
        """Stop all: the gateway first, so that no new work comes in; the stores last."""
        if self._writer is not None:
            self._writer.cancel()
        await self._stop("gateway")
        await self._stop("worker")
        await asyncio.gather(self._stop("triton"), self._stop_services())
        with contextlib.suppress(FileNotFoundError):
            self.plan.layout.state_file.unlink()

    def write_state(self) -> None:
        """Tell the command line and the doctor where everything is."""
        state = {
            "url": self.plan.local_url,
            "public_url": self.plan.public_url,
            "engine": self.plan.engine,
            "supervisor": os.getpid(),
            "ports": dict(self.plan.ports),
            "processes": {name: process.pid for name, process in self.processes.items()},
            "restarts": {name: process.restarts for name, process in self.processes.items()},
        }
        fresh = self.plan.layout.state_file.with_suffix(".new")
        fresh.write_text(json.dumps(state, indent=1))
        fresh.replace(self.plan.layout.state_file)

    async def _keep_state(self) -> None:
        known: dict[str, int] = {}
        room = disk.DiskWatch(self.plan.layout, self._say)
        for turn in itertools.count():
            await asyncio.sleep(0.2)
            now = {name: process.pid for name, process in self.processes.items()}
            # A full disk must end neither the telling nor the trimming.
            with contextlib.suppress(OSError):
                if turn % _TURNS_A_LOOK == 0:
                    room.look()
                for process in self.processes.values():
                    process.trim_log()
                if now != known:
                    self.write_state()
                    known = now

    async def _launch(self, command: Command, patience_s: float = START_S) -> None:
        log = self.plan.layout.logs / f"{command.name}.log"
        process = Supervised(command, log, self._say)
        self.processes[command.name] = process
        await process.start(patience_s)

    async def _launch_triton(self, runtime: triton_runtime.TritonRuntime | None) -> None:
        if runtime is None:
            return
        try:
            await self._launch(commands.triton_command(self.plan, runtime), TRITON_START_S)
        except (StartFailed, triton_runtime.TritonUnavailable) as error:
            if self._needs_triton or (self.plan.models.default_is_network and not has_network_runtime()):
                raise
            self._say(f"{error}: {_WITHOUT_TRITON}")
            await self._stop("triton")
            self.processes.pop("triton", None)
            self.plan = dataclasses.replace(self.plan, engine="in_process")

    async def _launch_stripe(self) -> None:
        if not self.plan.plays_payments:
            return
        try:
            await self._launch(commands.stripe_command(self.plan))
        except StartFailed as error:
            # Nothing but trying out payments needs it.
            self._say(f"{error}: payments cannot be tried")
            await self._stop(STRIPE)
            self.processes.pop(STRIPE, None)

    async def _launch_provider(self) -> None:
        if not self.plan.plays_provider:
            return
        try:
            await self._launch(commands.provider_command(self.plan))
        except StartFailed as error:
            # Every other way in goes on.
            self._say(f"{error}: signing in by a provider cannot be tried")
            await self._stop(PROVIDER)
            self.processes.pop(PROVIDER, None)

    async def _stop_services(self) -> None:
        await self._stop(STRIPE, PROVIDER, *(service for service in SERVICES if service != "gateway"))
        await self._stop("nats", "postgres")

    async def _stop(self, *names: str) -> None:
        await asyncio.gather(*(self.processes[name].stop() for name in names if name in self.processes))


@contextlib.asynccontextmanager
async def running(wishes: Wishes, say: Callable[[str], None]) -> AsyncIterator[Stack]:
    """The stack, started; stopped when the block ends, however it ends. Raises StackFault."""
    layout = Layout(wishes.data.resolve())
    with alone(layout):
        began = time.monotonic()
        _check_room(layout, wishes.engine)
        # In a thread: setting Triton up takes minutes, in which an interrupt must be heard.
        runtime = await asyncio.to_thread(_runtime, layout, wishes.engine, say)
        models = await asyncio.to_thread(_models, layout, say)
        stack = Stack(_plan(layout, wishes, runtime, models, say), say, needs_triton=wishes.engine == "triton")
        try:
            say("starting")
            await stack.start(runtime)
            say(f"ready after {time.monotonic() - began:.1f} s")
            yield stack
        except (StartFailed, PostgresUnavailable, NatsUnavailable, triton_runtime.TritonUnavailable) as error:
            raise StackFault(str(error)) from error
        finally:
            say("stopping")
            await _to_its_end(stack.stop())
            say("stopped; nothing of it is left running")


async def _to_its_end(work: Coroutine[None, None, None]) -> None:
    """Await it also when cancelled meanwhile, e.g. by an interrupt while stopping anyway; then be cancelled."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def read_state(data: Path) -> Mapping[str, object] | None:
    """What the running stack says of itself; None when none runs over this folder."""
    layout = Layout(data.resolve())
    # Not by the supervisor's process id, which may be another's by now: its lock goes with it, however it ends.
    if not _is_held(layout):
        return None
    try:
        state: Mapping[str, object] = json.loads(layout.state_file.read_text())
    except (OSError, ValueError):
        return None
    return state


def _is_held(layout: Layout) -> bool:
    with contextlib.suppress(OSError), (layout.run / _LOCK_FILE).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _check_room(layout: Layout, engine: str) -> None:
    wants_triton = engine != "in_process" and triton_runtime.triton_runs_here()
    installs = wants_triton and not triton_runtime.is_prepared(layout.triton, _triton_lock())
    try:
        disk.check_room(layout, is_installing=installs)
    except disk.DiskFull as error:
        raise StackFault(str(error)) from error


def _models(layout: Layout, say: Callable[[str], None]) -> ServedModels:
    try:
        return serve_models(layout, say)
    except (ModelRefused, OSError) as error:
        raise StackFault(f"the models cannot be served: {error}") from error


def _plan(
    layout: Layout,
    wishes: Wishes,
    runtime: triton_runtime.TritonRuntime | None,
    models: ServedModels,
    say: Callable[[str], None],
) -> Plan:
    ensure_certificates(layout.certificates, CERTIFIED)
    reach = wishes.reach
    wanted = {} if reach.port is None else {ports.DOOR: reach.port}
    kept = layout.run / "ports.json"
    before = ports.remembered(kept, ports.DOOR)
    try:
        chosen = ports.choose(kept, commands.port_names(), wanted, reach.host)
    except ports.PortTaken as error:
        raise StackFault(str(error)) from error
    if reach.port is None and (told := ports.door_told(before, chosen[ports.DOOR])):
        say(told)
    engine = "triton" if runtime is not None else "in_process"
    if engine == "in_process" and models.default_is_network and not has_network_runtime():
        raise StackFault(
            f"without Triton the model {models.default} needs OpenVINO; {INSTALL_RUNTIME}, "
            f"or take a model that needs none: {DEFAULT_SETTING}=baseline"
        )
    return Plan(layout=layout, ports=chosen, reach=reach, engine=engine, log_level=wishes.log_level, models=models)


def _runtime(layout: Layout, engine: str, say: Callable[[str], None]) -> triton_runtime.TritonRuntime | None:
    if engine == "in_process":
        say(f"Triton is switched off: {_WITHOUT_TRITON}")
        return None
    try:
        return triton_runtime.prepare(layout.triton, _triton_lock(), say)
    except triton_runtime.TritonUnavailable as error:
        if engine == "triton":
            raise StackFault(f"Triton cannot run here: {error}") from error
        say(f"Triton cannot run here ({error}): {_WITHOUT_TRITON}")
        return None


def _triton_lock() -> Path:
    return program_root() / "inference" / "requirements" / "triton.txt"


@contextlib.contextmanager
def alone(layout: Layout) -> Iterator[None]:
    """Nobody else runs this installation until the block ends. Raises StackFault where somebody does."""
    try:
        layout.run.mkdir(parents=True, exist_ok=True)
        opened = (layout.run / _LOCK_FILE).open("w")
    except OSError as error:
        text = f"cannot write to {layout.root} ({error.strerror}); name another folder with --data, or change its owner"
        raise StackFault(text) from error
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            state = read_state(layout.root)
            where = f" at {state['url']}" if state else ""
            raise StackFault(
                f"StripSession is already running{where}, with its data in {layout.root}; use that one, stop it with "
                "Ctrl-C in its terminal, or name another folder with --data"
            ) from error
        yield
