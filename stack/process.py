"""One supervised child process: started, watched, started again with back-off, drained, ended."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import dataclasses
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import psutil

BACKOFF_FIRST_S = 0.2
BACKOFF_LAST_S = 10.0
STEADY_S = 30.0
"""A process that lived this long is taken to be well again."""
HOPELESS_RESTARTS = 5
"""One that ended so often before it answered once will not answer."""
EXIT_SETTINGS = 78
_PR_SET_PDEATHSIG = 1
_LOG_BYTES_MAX = 20 * 1024 * 1024
_LOG_LIFE_S = 90 * 86_400
"""A line is in the log for so long, and in what was moved aside for as long again."""

_TAKEN = (
    "another program took the port {port} while StripSession was starting; run the same command again, which chooses "
    "another, or name one with --port"
)

Ready = Callable[[], Awaitable[bool]]


@dataclasses.dataclass(frozen=True)
class Command:
    """What to run."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    ready: Ready
    """Whether it answers; asked again and again after a start."""
    working_folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_s: float = 25.0
    """Longest wait for it to drain before it is killed."""
    port: int = 0
    """The port that it must itself listen on before an answer there counts; 0 where no stranger is feared."""
    before_start: Callable[[], None] | None = None
    """Run in the supervisor before every start, e.g. to clear what a killed one left."""
    after_stop: Callable[[], None] | None = None
    """Run in the supervisor once it was stopped, e.g. to clear what it leaves."""
    drains: bool = True
    """Whether it has anything to finish or to keep when it is stopped; one that has nothing is ended at once."""


class StartFailed(Exception):
    """A process did not become ready; the text says which, why, and where its log is."""


class Supervised:
    """Keeps one command running."""

    def __init__(self, command: Command, log: Path, say: Callable[[str], None]) -> None:
        """`say` tells a person what happened."""
        self.command = command
        self.restarts = 0
        self._log = log
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = False
        self.broken = asyncio.Event()
        """Set when starting it again is pointless."""

    @property
    def pid(self) -> int:
        """Process id, or 0 when it is not running."""
        return self._process.pid if self._process is not None and self._process.returncode is None else 0

    async def start(self, patience_s: float) -> None:
        """Start it and wait until it answers. Raises StartFailed, and what `before_start` raises."""
        try:
            await self._spawn()
        except OSError as error:
            raise StartFailed(f"{self.command.name} cannot be started: {error}") from error
        self._watch = asyncio.create_task(self._keep())
        await self.wait_ready(patience_s)

    async def wait_ready(self, patience_s: float) -> None:
        """Wait until it answers. Raises StartFailed."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience_s
        before = self.restarts
        while not (await self.command.ready() and await self._listens()):
            is_hopeless = self.restarts - before >= HOPELESS_RESTARTS
            if self.broken.is_set() or is_hopeless or loop.time() > deadline:
                if self.command.port and await self.command.ready():
                    raise StartFailed(_TAKEN.format(port=self.command.port))
                raise StartFailed(f"{self.command.name} did not start: {self.last_words()} (log: {self._log})")
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Ask it to drain, wait, kill it if it does not end."""
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait((self._watch,))
        process = self._process
        if process is not None and process.returncode is None:
            await self._end(process)
        if self.command.after_stop is not None:
            try:
                await asyncio.to_thread(self.command.after_stop)
            except Exception as error:  # noqa: BLE001 - what else is to be stopped must be stopped all the same
                self._say(f"{self.command.name} left something behind: {error}")

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(self.command.stop_signal if self.command.drains else signal.SIGKILL)
        try:
            await asyncio.wait_for(process.wait(), self.command.stop_s)
        except TimeoutError:
            self._say(f"{self.command.name} did not stop in {self.command.stop_s:.0f} s and was ended")
            self._kill_group(process.pid)
            await process.wait()
        # One that ended by itself may have left children, too.
        self._kill_group(process.pid)

    def trim_log(self) -> None:
        """Move a log that is too long or too old to `.old`; the process goes on writing, since it only ever appends."""
        if not self._log.exists():
            return
        old = self._log.with_suffix(".old")
        # Its time is when the log began: nothing else tells, as the processes' logs have no form in common.
        if not old.exists():
            old.touch()
        is_old = time.time() - old.stat().st_mtime > _LOG_LIFE_S
        if is_old or self._log.stat().st_size > _LOG_BYTES_MAX:
            shutil.copyfile(self._log, old)
            os.utime(old)
            os.truncate(self._log, 0)

    def last_words(self) -> str:
        """The last line of its log, for a person."""
        if not self._log.exists():
            return "it said nothing"
        lines = self._log.read_bytes()[-4000:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"

    async def _spawn(self) -> None:
        if self.command.before_start is not None:
            await asyncio.to_thread(self.command.before_start)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self.trim_log()
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.command.argv,
                env=dict(self.command.environment),
                cwd=self.command.working_folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A group of its own: Ctrl-C reaches the supervisor alone, which stops all in order.
                start_new_session=True,
                preexec_fn=_ends_with_us(self.command.stop_signal),
            )

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        pause_s = BACKOFF_FIRST_S
        while self._process is not None:
            began = loop.time()
            code = await self._process.wait()
            if self._stopping:
                return
            if code == EXIT_SETTINGS:
                self._say(f"{self.command.name} cannot run: {self.last_words()}")
                self.broken.set()
                return
            if loop.time() - began > STEADY_S:
                pause_s = BACKOFF_FIRST_S
            told = f"{self.command.name} ended unexpectedly ({_how(code)}); starting it again"
            self._say(f"{told}, and what it did goes on")
            self._kill_group(self._process.pid)
            is_back = False
            while not is_back:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, BACKOFF_LAST_S)
                is_back = await self._started_again()

    async def _started_again(self) -> bool:
        self.restarts += 1
        try:
            await self._spawn()
        except Exception as error:  # noqa: BLE001 - whatever is in the way, such as a full disk, may pass
            self._say(f"{self.command.name} could not be started: {error}")
            return False
        return True

    async def _listens(self) -> bool:
        """Whether it is this process that listens where it should, and not a stranger who came first."""
        if not self.command.port:
            return True
        try:
            connections = await asyncio.to_thread(psutil.Process(self.pid).net_connections, "tcp")
        except (psutil.Error, ValueError):
            return False
        heard = {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN and each.laddr}
        return self.command.port in heard

    def _kill_group(self, pid: int) -> None:
        # Its own children, such as decoders, must not outlive it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _ends_with_us(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before its program, so that it is stopped when the supervisor is killed."""
    if not sys.platform.startswith("linux"):
        return None
    # Looked up before the fork: after it, a loader's lock that another thread of ours held is never given back.
    prctl, supervisor = ctypes.CDLL(None).prctl, os.getpid()
    no_core, set_limit = (0, resource.getrlimit(resource.RLIMIT_CORE)[1]), resource.setrlimit

    def before_program() -> None:
        prctl(_PR_SET_PDEATHSIG, int(stop_signal))
        # A dump of Triton or PostgreSQL would put audio or keys on disk.
        set_limit(resource.RLIMIT_CORE, no_core)
        if os.getppid() != supervisor:
            # Killed before the line above.
            os._exit(1)

    return before_program


def _how(code: int) -> str:
    if code >= 0:
        return f"exit {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
