"""Make gen/stripsession/ anew from protos/: messages, gRPC code and their type stubs. Two runs give the same bytes.

The package in a proto file is the package in Python (`stripsession.library.v1`), so nothing is rewritten afterwards.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).resolve().parent
GEN = PROTOS.parent / "gen"
PACKAGE = "stripsession"
INIT = '"""Generated from protos/ by `make gen`. Do not edit."""\n'


def include_folders() -> list[Path]:
    """Where imports are found: our contracts, protoc's well-known types, google/rpc of googleapis-common-protos."""
    bundled = importlib.util.find_spec("grpc_tools")
    google_rpc = importlib.util.find_spec("google.rpc")
    if bundled is None or bundled.origin is None or google_rpc is None or not google_rpc.submodule_search_locations:
        raise SystemExit("grpc_tools or googleapis-common-protos is missing: run `make setup`.")
    return [PROTOS, Path(bundled.origin).parent / "_proto", Path(google_rpc.submodule_search_locations[0]).parents[1]]


def generate(target: Path) -> int:
    """Write the package tree of every contract into an empty folder; the count of contracts."""
    sources = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    # mypy-protobuf's plug-ins lie beside this interpreter; naming them spares a PATH that knows the environment.
    scripts = Path(sys.prefix) / "bin"
    arguments = ["protoc", *(f"--proto_path={folder}" for folder in include_folders())]
    arguments += [f"--plugin={name}={scripts / name}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")]
    arguments += [f"--{kind}_out={target}" for kind in ("python", "grpc_python")]
    arguments += [f"--{kind}_out=quiet:{target}" for kind in ("mypy", "mypy_grpc")]
    status = protoc.main([*arguments, *sources])
    if status != 0:
        raise SystemExit(f"protoc failed with status {status}.")
    drop_empty_grpc_modules(target)
    for folder in sorted({parent for path in target.rglob("*.py") for parent in path.relative_to(target).parents}):
        if folder != Path():
            (target / folder / "__init__.py").write_text(INIT, encoding="utf-8")
    (target / PACKAGE / "py.typed").touch()
    return len(sources)


def drop_empty_grpc_modules(target: Path) -> None:
    """Remove the gRPC modules of files that declare no service: protoc writes one for every file."""
    for module in target.rglob("*_pb2_grpc.py"):
        if "Servicer" not in module.read_text(encoding="utf-8"):
            module.unlink()
            module.with_suffix(".pyi").unlink(missing_ok=True)


def differences(made: Path, committed: Path) -> list[str]:
    """Relative names of files that only one side has, or whose bytes differ."""
    sides = [
        {path.relative_to(side): path.read_bytes() for path in side.rglob("*.py*") if path.suffix != ".pyc"}
        for side in (made, committed)
    ]
    return sorted(str(name) for name in sides[0].keys() | sides[1].keys() if sides[0].get(name) != sides[1].get(name))


def main(arguments: list[str]) -> int:
    """Generate beside gen/, so that a contract that does not compile leaves it as it was; then compare or replace."""
    with tempfile.TemporaryDirectory(dir=PROTOS.parent, prefix=".gen-") as scratch:
        target = Path(scratch) / "gen"
        target.mkdir()
        count = generate(target)
        if arguments == ["--check"]:
            stale = differences(target / PACKAGE, GEN / PACKAGE)
            if stale:
                print(f"gen/{PACKAGE}/ is not what protos/ says: {', '.join(stale)}. Run `make gen`.", file=sys.stderr)
            return 1 if stale else 0
        # Its neighbour, the page's client, is made from the gateway's routes.
        shutil.rmtree(GEN / PACKAGE, ignore_errors=True)
        GEN.mkdir(exist_ok=True)
        (target / PACKAGE).rename(GEN / PACKAGE)
    print(f"gen/{PACKAGE}/: {count} contracts")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
