"""Every RPC of every contract, found in the generated code and not in a list."""

from __future__ import annotations

import importlib
import pkgutil

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor

import stripsession


def every_rpc() -> list[MethodDescriptor]:
    """All methods of all services, in order of their full names."""
    names = [module.name for module in pkgutil.walk_packages(stripsession.__path__, "stripsession.")]
    files: list[FileDescriptor] = [importlib.import_module(name).DESCRIPTOR for name in names if name.endswith("_pb2")]
    services = [service for file in files for service in file.services_by_name.values()]
    return sorted((method for service in services for method in service.methods), key=lambda each: each.full_name)


def method_named(name: str) -> MethodDescriptor:
    """`package.Service.Method`."""
    service, _, method = name.rpartition(".")
    return descriptor_pool.Default().FindServiceByName(service).methods_by_name[method]
