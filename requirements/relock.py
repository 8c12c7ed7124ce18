"""The locks in this folder: `relock.py write UV` makes them, `relock.py check` says, offline, whether they are fresh.

Each lock's first line carries the digest of what it was made from: the dependency tables of pyproject.toml. Locks hold
names, versions and hashes, never addresses, so that they serve behind any mirror.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYPROJECT = HERE.parent / "pyproject.toml"
SERVICES = ("auth", "billing", "gateway", "library", "retention", "separation")

# Lock -> the extras it holds. dev comes first: the others are constrained by it, so one version of each library exists.
LOCKS: dict[str, tuple[str, ...]] = {
    "dev": (*SERVICES, "local", "web", "build", "dev"),
    "run": (*SERVICES, "local", "web", "build"),
    **{service: (service,) for service in SERVICES},
}
# Tools that nothing else may depend on, each locked alone: what makes the locks, and what makes clients.
TOOL_LOCKS = ("lock", "clients")


def source_digest() -> str:
    """SHA-256 of the tables the locks come from; other settings in pyproject.toml do not make a lock stale."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    tables = {name: project[name] for name in ("requires-python", "dependencies", "optional-dependencies")}
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def first_line(digest: str) -> str:
    """What a lock made from this digest begins with."""
    return f"# Made by `make lock` from pyproject.toml, dependency tables sha256:{digest}"


def stale_locks(folder: Path, digest: str) -> list[str]:
    """Names of the locks that are missing or were made from something else."""
    expected = first_line(digest)
    stale = []
    for name in (*LOCKS, *TOOL_LOCKS):
        path = folder / f"{name}.txt"
        if not path.is_file() or path.read_text(encoding="utf-8").partition("\n")[0] != expected:
            stale.append(path.name)
    return stale


def compile_command(uv: str, name: str) -> list[str]:
    """The uv command of one lock, without its input."""
    command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "-o", str(HERE / f"{name}.txt")]
    return command


def write_locks(uv: str) -> None:
    """Make every lock anew, keeping the versions already locked where they still serve."""
    digest = source_digest()
    for name, extras in LOCKS.items():
        command = [*compile_command(uv, name), str(PYPROJECT)]
        for extra in extras:
            command += ["--extra", extra]
        if name != "dev":
            command += ["-c", str(HERE / "dev.txt")]
        subprocess.run(command, check=True, cwd=HERE.parent)
    extras = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for name in TOOL_LOCKS:
        command = [*compile_command(uv, name), "-"]
        subprocess.run(command, check=True, cwd=HERE.parent, input="\n".join(extras[name]), text=True)
    for name in (*LOCKS, *TOOL_LOCKS):
        path = HERE / f"{name}.txt"
        pins = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
        path.write_text("\n".join([first_line(digest), *pins]) + "\n", encoding="utf-8")
        print(f"requirements/{path.name}: {sum('==' in line for line in pins)} packages")


def main(arguments: list[str]) -> int:
    """`check`, or `write UV`."""
    match arguments:
        case ["check"]:
            stale = stale_locks(HERE, source_digest())
            if stale:
                print(f"stale locks: {', '.join(stale)}. pyproject.toml changed: run `make lock`.", file=sys.stderr)
            return 1 if stale else 0
        case ["write", uv]:
            write_locks(uv)
            return 0
        case _:
            print("usage: relock.py check | write UV", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
