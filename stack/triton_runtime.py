"""Sets up NVIDIA Triton from its wheel in a folder of ours, says how to start it, and clears what a killed one left."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import select
import shutil
import signal
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stack import environments
from stack.environments import packages_of

# numpy 1.26, the last that this server's Python stub understands, has wheels up to here.
PYTHON_VERSIONS = ((3, 11), (3, 12))
KILL_DEADLINE_S = 10.0
# Raise when the layout below changes, so that a folder laid out by an older version is made anew.
LAYOUT = "3"
ENVIRONMENTS = Path("/tmp")  # noqa: S108 - where the Python backend puts its own, whatever TMPDIR says
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where the kernel keeps POSIX shared memory, not a scratch folder of ours


class TritonUnavailable(Exception):
    """Triton cannot run on this machine; the message is one line that says why."""


@dataclass(frozen=True)
class TritonRuntime:
    """An installed server: its virtual environment, and the folders of its shared libraries."""

    environment: Path
    libraries: tuple[Path, ...]

    @property
    def server(self) -> Path:
        """The folder of the server's binary and backends."""
        return packages_of(self.environment) / "pytriton" / "tritonserver"


@dataclass(frozen=True)
class TritonPorts:
    """Loopback ports of one server: gRPC for inference, HTTP for health, and Prometheus metrics."""

    grpc: int
    http: int
    metrics: int


@dataclass(frozen=True)
class TritonCommand:
    """What to execute: the whole environment is given, nothing is inherited."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path


@dataclass(frozen=True)
class Leftovers:
    """What an earlier server of the same instance had left behind."""

    processes: int
    regions: int


def triton_runs_here() -> bool:
    """Whether there is a wheel of Triton for this machine and this Python."""
    is_linux_pc = sys.platform == "linux" and platform.machine() == "x86_64"
    return is_linux_pc and sys.version_info[:2] in PYTHON_VERSIONS


def prepare(folder: Path, lock: Path, say: Callable[[str], None]) -> TritonRuntime:
    """Install what `lock` (a hash lock) names into `folder`, once; the second call costs milliseconds.

    Nothing is written outside `folder`. Raises TritonUnavailable.
    """
    library = _python_library()

    def begin() -> None:
        say("installing what runs the model, NVIDIA Triton and OpenVINO: 520 MB on the disk, a minute or more, once")

    def finish(environment: Path) -> None:
        _place_stub(packages_of(environment))
        say("installed")

    try:
        environment = environments.prepare(folder, lock, begin, LAYOUT, finish)
    except environments.SetupFailed as failed:
        raise TritonUnavailable(f"installing Triton failed: {failed}") from failed
    return TritonRuntime(environment, (packages_of(environment) / "nvidia_pytriton.libs", *library))


def is_prepared(folder: Path, lock: Path) -> bool:
    """Whether `prepare` would find its work done."""
    return environments.is_prepared(folder, lock, LAYOUT)


def serve_command(
    runtime: TritonRuntime, instance: Path, repositories: Sequence[Path], ports: TritonPorts, first_model: str
) -> TritonCommand:
    """How to start a server of `repositories` (folders of models), known to `clean_leftovers` by its `instance` folder.

    Every socket is bound to 127.0.0.1. `first_model` is loaded at once, the others when they are asked for: a large one
    that nobody uses costs no memory, and one that cannot be loaded bars no other.
    """
    local = "127.0.0.1"

    def from_here(path: Path) -> str:
        # The backend starts its stub by an unquoted line of shell, which a space or a quote in a path would break:
        # seen from the folder that the server runs in, only our own names are left.
        return os.path.relpath(path.resolve(), instance.resolve())

    argv = (
        str(runtime.server / "bin" / "tritonserver"),
        *(f"--model-repository={from_here(repository)}" for repository in repositories),
        f"--backend-directory={from_here(runtime.server / 'backends')}",
        f"--backend-config=python,shm-region-prefix-name={region_prefix(instance)}",
        "--model-control-mode=explicit",
        f"--load-model={first_model}",
        "--disable-auto-complete-config",
        f"--grpc-address={local}",
        f"--grpc-port={ports.grpc}",
        f"--http-address={local}",
        f"--http-port={ports.http}",
        f"--metrics-address={local}",
        f"--metrics-port={ports.metrics}",
        "--allow-gpu-metrics=false",
        "--exit-timeout-secs=10",
        "--log-format=ISO8601",
    )
    env = {
        "HOME": str(instance),
        "LANG": "C.UTF-8",
        "LD_LIBRARY_PATH": os.pathsep.join(str(library) for library in runtime.libraries),
        # The stub embeds Python and ignores PYTHONHOME and PYTHONPATH: it takes its standard library and its numpy from
        # the first python3 on PATH.
        "PATH": os.pathsep.join((str(runtime.environment / "bin"), os.defpath)),
        # The instances share the cores: a thread pool in each would fight over them.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
    return TritonCommand(argv, env, instance)


def region_prefix(instance: Path) -> str:
    """The name that every shared-memory region of an instance's Python stubs begins with."""
    return f"stripsession_{hashlib.sha256(os.fsencode(instance.resolve())).hexdigest()[:12]}_"


def clean_leftovers(instance: Path) -> Leftovers:
    """End the servers and stubs of `instance` that outlived their supervisor, and free their shared memory.

    To be called when no server of this instance should be running. Raises TritonUnavailable when one will not end.
    """
    prefix = region_prefix(instance)
    processes = 0
    for pid in list(_pids_of(prefix)):
        processes += _kill(pid)
    regions = 0
    for region in SHARED_MEMORY.glob(f"{prefix}*"):
        region.unlink(missing_ok=True)
        regions += 1
    for folder in ENVIRONMENTS.glob("python_env_*"):
        # Each start makes an empty one, which a killed server leaves; removing that of a living server harms nothing.
        with suppress(OSError):
            if folder.stat().st_uid == os.getuid():
                folder.rmdir()
    return Leftovers(processes, regions)


def _pids_of(prefix: str) -> Iterator[int]:
    """This user's Triton servers and stubs that carry `prefix` in an argument."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
            mine = entry.stat().st_uid == os.getuid()
        except OSError:  # it ended while we looked
            continue
        program = Path(os.fsdecode(arguments[0])).name
        named = any(prefix.encode() in argument for argument in arguments[1:])
        if mine and named and program in ("tritonserver", "triton_python_backend_stub"):
            yield int(entry.name)


def _kill(pid: int) -> int:
    """Kill one process and wait until it is gone; 1 when it was there."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return 0
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        if not select.select([handle], [], [], KILL_DEADLINE_S)[0]:
            raise TritonUnavailable(f"an earlier inference server (process {pid}) does not end")
    except ProcessLookupError:
        return 0
    finally:
        os.close(handle)
    return 1


def _python_library() -> tuple[Path, ...]:
    """The folder of this Python's shared library, empty when the loader finds it; raises TritonUnavailable."""
    version = sys.version_info[:2]
    spoken = f"{version[0]}.{version[1]}"
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise TritonUnavailable(f"there is no wheel of Triton for {platform.system()} on {platform.machine()}")
    if version not in PYTHON_VERSIONS:
        known = " and ".join(".".join(map(str, known)) for known in PYTHON_VERSIONS)
        raise TritonUnavailable(f"Triton's wheel works with Python {known}, and this is Python {spoken}")
    name = f"libpython{spoken}.so.1.0"
    for folder in (Path(sys.base_prefix) / "lib", Path(str(sysconfig.get_config_var("LIBDIR")))):
        if (folder / name).is_file():
            return (folder,)
    try:
        ctypes.CDLL(name)
    except OSError:
        raise TritonUnavailable(
            f"Triton needs {name}, which this Python came without (Debian and Ubuntu: apt install libpython{spoken})"
        ) from None
    return ()


def _place_stub(packages: Path) -> None:
    """Put this Python's stub beside the backend, which looks for it there."""
    server = packages / "pytriton" / "tritonserver"
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    stub = server / "python_backend_stubs" / version / "triton_python_backend_stub"
    if not stub.is_file():
        raise TritonUnavailable(f"Triton's wheel has no stub for Python {version}")
    shutil.copy2(stub, server / "backends" / "python" / stub.name)
    # A wheel carries no executable bits that pip promises to keep.
    for program in (server / "bin" / "tritonserver", server / "backends" / "python" / stub.name):
        program.chmod(0o755)
