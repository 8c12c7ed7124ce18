"""Another program that does the same work: started once, warmed, then asked song by song, in JSON lines."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.paths import REPOSITORY

_END_S = 60.0


class Rival:
    """`with Rival(...) as rival:` is ready to be asked.

    Raises RuntimeError, with what it complained of, when it ends early, and when it is silent for `patience_s`: it is
    killed then.
    """

    def __init__(
        self, argv: Sequence[str], log: Path, patience_s: float, settings: Mapping[str, str] | None = None
    ) -> None:
        """`settings` are added to its environment, in which nothing else limits its threads."""
        self._argv = list(argv)
        self._log = log
        self._patience_s = patience_s
        inherited = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
        self._environment = {**inherited, "PYTHONPATH": str(REPOSITORY), **(settings or {})}

    def __enter__(self) -> Rival:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv,
                cwd=REPOSITORY,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        try:
            with self._killed_if_silent():
                self.hello = self._heard()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # Of one that is dead, a request may be left that it never read.
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, **request: object) -> dict[str, Any]:
        """One song; its figures."""
        assert self._process.stdin is not None
        with self._killed_if_silent():
            self._process.stdin.write(json.dumps(request, default=str) + "\n")
            self._process.stdin.flush()
            return self._heard()

    @contextmanager
    def _killed_if_silent(self) -> Iterator[None]:
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            self._process.kill()

        # Beside the reading and the writing, which wait for as long as the program lives.
        deadline = threading.Timer(self._patience_s, end)
        deadline.daemon = True
        deadline.start()
        try:
            yield
        except (OSError, RuntimeError, ValueError) as error:
            if is_late.is_set():
                raise RuntimeError(f"no answer within {self._patience_s:g} s, so it was killed: {error}") from error
            raise
        finally:
            deadline.cancel()

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                found: dict[str, Any] = json.loads(line)
                return found
        raise RuntimeError(f"{self._argv[:3]} ended: {self._log.read_text(errors='replace')[-3000:]}")
