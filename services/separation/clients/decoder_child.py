"""One decoder child as a process: start it, talk frames with it, tell how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.separation.decoder.framing import HEADER, PAYLOAD_BYTES_MAX, Kind, parse_header, parse_json
from services.separation.domain.errors import DecoderFailed

PACKAGE_ROOT: Final = Path(__file__).resolve().parents[3]
# -I ignores the environment and the working directory, so the package's place is said; last, so as to shadow nothing.
BOOTSTRAP: Final = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); "
    "runpy.run_module('services.separation.decoder', run_name='__main__', alter_sys=True)"
)
END_S: Final = 2.0
# Ends that a file can bring about; any other signal came from outside (the kernel's memory killer, an operator).
SIGNALS_OF_INPUT: Final = {
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGILL,
    signal.SIGFPE,
    signal.SIGABRT,
    signal.SIGXCPU,
    signal.SIGSYS,
    signal.SIGXFSZ,
}


@dataclass(frozen=True)
class DecoderLimits:
    """What a child may use. `inspect_s`, `stall_s` and `whole_s` leave out the time the source takes to answer.

    `stall_s` is for a block of samples. `whole_s` is for all that is asked of a child, so that one which always stays
    just within the others comes to an end: three times `cpu_s`, for a child that shares its core.
    """

    memory_bytes: int = 1 << 30
    cpu_s: int = 600
    hello_s: float = 20.0
    inspect_s: float = 4.0
    stall_s: float = 15.0
    whole_s: float = 1800.0
    children_max: int = 8
    # How often a file may be read over: inspection, counting, decoding, and seeks that miss the child's cache.
    rereads_max: int = 8


class ChildGone(Exception):
    """The child closed its end; how it ended says whose fault that was."""


class DecoderChild:
    """A started child and the parent's end of its socket pair."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.process = process
        self.sandbox: dict[str, str] = {}
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, limits: DecoderLimits) -> DecoderChild:
        """Start a child and wait for its hello; raises DecoderFailed when it does not come within `hello_s`."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            arguments = {
                "memory_bytes": limits.memory_bytes,
                "cpu_s": limits.cpu_s,
                "parent_pid": os.getpid(),
                "descriptors_inherited_max": max(theirs.fileno() + 1, 256),
            }
            process = await asyncio.create_subprocess_exec(
                *(
                    sys.executable,
                    "-I",
                    "-c",
                    BOOTSTRAP,
                    str(PACKAGE_ROOT),
                    str(theirs.fileno()),
                    json.dumps(arguments),
                ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={},
                cwd="/",
                start_new_session=True,
            )
        except OSError as failure:
            ours.close()
            raise DecoderFailed("a decoder could not be started") from failure
        finally:
            theirs.close()
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=PAYLOAD_BYTES_MAX)
        child = cls(process, reader, writer)
        try:
            async with asyncio.timeout(limits.hello_s):
                kind, payload = await child.receive()
            if kind is not Kind.HELLO:
                raise ChildGone
            child.sandbox = {
                str(name): str(state) for name, state in _table(parse_json(payload).get("sandbox")).items()
            }
        except (ChildGone, TimeoutError) as failure:
            await child.close()
            raise DecoderFailed("a decoder did not come up") from failure
        except asyncio.CancelledError:
            await child.close()
            raise
        return child

    @property
    def alive(self) -> bool:
        """Whether it runs and has not closed its end."""
        return self.process.returncode is None and not self._reader.at_eof()

    async def send(self, message: bytes) -> None:
        """Write one framed message; raises ChildGone. Waits while the child does not read: its caller bounds that."""
        try:
            self._writer.write(message)
            await self._writer.drain()
        except OSError:
            raise ChildGone from None

    async def receive(self) -> tuple[Kind, bytes]:
        """The next message; raises ChildGone at the end, FramingBroken on nonsense."""
        try:
            kind, length_bytes = parse_header(await self._reader.readexactly(HEADER.size))
            return kind, await self._reader.readexactly(length_bytes)
        except (asyncio.IncompleteReadError, OSError):
            raise ChildGone from None

    def cpu_s(self) -> float | None:
        """Processor seconds used so far; None where the platform does not tell."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def ended_by_input(self) -> bool:
        """After ChildGone: wait for the end, and tell whether the input brought it about.

        A child that hangs up and lives on within `END_S` is not ours any more, and so the input's doing too.
        """
        try:
            async with asyncio.timeout(END_S):
                status = await self.process.wait()
        except TimeoutError:
            return True
        return -status in SIGNALS_OF_INPUT

    async def close(self) -> None:
        """Kill it if it runs, reap it, close the socket."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
        await self.process.wait()


def _table(found: object) -> dict[object, object]:
    return found if isinstance(found, dict) else {}
