"""Another program that does the same work: started once, warmed, then asked song by song, in JSON lines."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.paths import REPOSITORY

_END_S = 60.0


class Rival:
    """`with Rival(...) as rival:` is ready to be asked. Raises RuntimeError, with what it said, when it ends early."""

    def __init__(self, argv: Sequence[str], log: Path, settings: Mapping[str, str] | None = None) -> None:
        """`settings` are added to its environment, in which nothing else limits its threads."""
        self._argv = list(argv)
        self._log = log
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
        self.hello = self._heard()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
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
        self._process.stdin.write(json.dumps(request, default=str) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                found: dict[str, Any] = json.loads(line)
                return found
        raise RuntimeError(f"{self._argv[:3]} ended: {self._log.read_text(errors='replace')[-3000:]}")
