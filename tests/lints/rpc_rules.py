"""Every RPC declares who may call it and whose object it touches."""

from __future__ import annotations

import importlib.resources
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_tools import protoc

from chassis.rpc.rules import faults_in
from tests.lints.source import Finding, Source

FOLDER = PurePosixPath("protos")
# Numbers of fields in descriptor.proto, which paths to source locations are made of.
_SERVICE, _METHOD = 6, 2


def undeclared_rpcs(sources: Sequence[Source]) -> list[Finding]:
    """RPCs whose rule is missing or cannot be enforced. The contracts are compiled: nothing is guessed from text."""
    contracts = {source.path.relative_to(FOLDER): source for source in sources if _is_contract(source)}
    if not contracts:
        return []
    with tempfile.TemporaryDirectory() as scratch:
        compiled = Path(scratch) / "contracts"
        for path, source in contracts.items():
            place = Path(scratch) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(source.text, encoding="utf-8")
        bundled = importlib.resources.files("grpc_tools") / "_proto"
        arguments = ["protoc", f"--proto_path={scratch}", f"--proto_path={bundled}"]
        arguments += ["--include_imports", "--include_source_info", f"--descriptor_set_out={compiled}"]
        if protoc.main([*arguments, *(str(path) for path in contracts)]) != 0:
            return [Finding(str(FOLDER), 1, "the contracts do not compile")]
        files = descriptor_pb2.FileDescriptorSet.FromString(compiled.read_bytes())
    pool = DescriptorPool()
    for file in files.file:
        pool.Add(file)
    wanted = [file for file in files.file if PurePosixPath(file.name) in contracts]
    return [finding for file in wanted for finding in _findings(file, pool, contracts[PurePosixPath(file.name)])]


def _findings(file: descriptor_pb2.FileDescriptorProto, pool: DescriptorPool, source: Source) -> Iterator[Finding]:
    lines = {tuple(location.path): location.span[0] + 1 for location in file.source_code_info.location}
    for at, service in enumerate(file.service):
        methods = pool.FindServiceByName(f"{file.package}.{service.name}").methods
        for number, method in enumerate(methods):
            line = lines[(_SERVICE, at, _METHOD, number)]
            for fault in faults_in(method):
                yield source.finding(line, f"{service.name}.{method.name} {fault}")


def _is_contract(source: Source) -> bool:
    return source.path.suffix == ".proto" and source.path.is_relative_to(FOLDER)
