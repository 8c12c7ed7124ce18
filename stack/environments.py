"""Virtual environments of their own lock, for programs that must not share the services' packages."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SETUP_DEADLINE_S = 1200


class SetupFailed(Exception):
    """An environment cannot be made; the message is one line that says why."""


def packages_of(environment: Path) -> Path:
    """Where a virtual environment of this Python keeps its packages."""
    return environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def python_of(environment: Path) -> Path:
    """Its interpreter."""
    return environment / "bin" / "python"


def prepare(folder: Path, lock: Path, begin: Callable[[], None], mark: str, finish: Callable[[Path], None]) -> Path:
    """Install what `lock` (a hash lock) names into `folder`, once; the environment. Raises SetupFailed.

    `begin` hears that it takes a while this time; `finish` completes a fresh environment; another `mark` has it made
    anew. Nothing is written outside `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    environment = folder / "venv"
    stamp = folder / "stamp"
    with _alone(folder / "setup.lock"):
        if not is_prepared(folder, lock, mark):
            begin()
            stamp.unlink(missing_ok=True)
            _install(lock, environment)
            finish(environment)
            stamp.write_text(_made_from(lock, mark))
    return environment


def is_prepared(folder: Path, lock: Path, mark: str) -> bool:
    """Whether `prepare` would find its work done."""
    stamp = folder / "stamp"
    return stamp.is_file() and stamp.read_text() == _made_from(lock, mark) and (folder / "venv").is_dir()


def _made_from(lock: Path, mark: str) -> str:
    text = f"{mark}\0{sys.version}\0{sys.base_prefix}\0{lock.read_text()}"
    return hashlib.sha256(text.encode()).hexdigest()


def _install(lock: Path, environment: Path) -> None:
    """Make `environment` and fill it from the lock; it appears whole or not at all."""
    fresh = environment.with_name("venv.new")
    shutil.rmtree(fresh, ignore_errors=True)
    venv.EnvBuilder(symlinks=True, with_pip=False).create(fresh)
    argv = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    argv += ["--no-deps", "--no-compile", "--only-binary=:all:", "--require-hashes", "--requirement", str(lock)]
    try:
        done = subprocess.run(
            [*argv, "--target", str(packages_of(fresh))],
            capture_output=True,
            text=True,
            timeout=SETUP_DEADLINE_S,
            check=False,
            # pip unpacks in its temporary folder: keep that, too, inside ours.
            env={**os.environ, "TMPDIR": str(environment.parent)},
        )
    except subprocess.TimeoutExpired:
        raise SetupFailed(f"it took longer than {SETUP_DEADLINE_S} s") from None
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        lines = done.stderr.strip().splitlines() or [f"pip ended with status {done.returncode}"]
        reason = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1])
        raise SetupFailed(reason.removeprefix("ERROR: "))
    shutil.rmtree(environment, ignore_errors=True)
    fresh.rename(environment)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a file lock: two set-ups of one folder take turns, and the second finds the work done."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
