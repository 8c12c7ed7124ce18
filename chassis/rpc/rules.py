"""Who may call each RPC and in whose name, read from the option that its contract declares it with."""

from __future__ import annotations

import dataclasses

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from chassis.identity import ROLES, Caller
from stripsession.authorization.v1 import authorization_pb2


class RpcUndeclared(Exception):
    """RPCs have no sound rule; the text names each with its fault."""


@dataclasses.dataclass(frozen=True)
class Rule:
    """What the contract says of one RPC."""

    callers: frozenset[str]
    """Names in the certificates of those who may call."""
    ownership: str
    """owner_field, public, machine or operator."""
    owner_path: tuple[str, ...] = ()
    """Fields, one inside the other, to the acting person in the request; empty where no person acts."""
    role: str = ""
    """What an operator must at least be; empty where none acts."""

    @property
    def is_operators(self) -> bool:
        """Whether an operator acts, which is noted."""
        return self.ownership == "operator"

    def admits(self, caller: Caller) -> bool:
        """Whether a caller's role is enough, where one is asked for."""
        return not self.is_operators or caller.may_what(self.role)

    def names_owner(self, request: object) -> bool:
        """Whether a request names the acting person, or need not."""
        if not self.owner_path:
            return True
        value: object = request
        for name in self.owner_path:
            # A stream that ends before its first message has no request.
            value = getattr(value, name, "")
        return isinstance(value, str) and bool(value.strip())


def faults_in(method: MethodDescriptor) -> list[str]:
    """Why an RPC's rule cannot be enforced; empty for a sound one."""
    options = method.GetOptions()
    if not options.HasExtension(authorization_pb2.rule):
        return ["declares no stripsession.authorization.v1.rule"]
    rule = options.Extensions[authorization_pb2.rule]
    faults = []
    if not rule.callers or not all(rule.callers):
        faults.append("names no callers")
    ownership = rule.WhichOneof("ownership")
    if ownership is None:
        faults.append("says not whose object it touches")
    elif ownership == "owner_field":
        faults += _faults_in_path(method.input_type, rule.owner_field)
    elif not getattr(rule, ownership).strip():
        faults.append(f"says not why it is {ownership}")
    if ownership == "operator" and method.client_streaming:
        faults.append("takes a stream, of which an operator's act cannot be noted beforehand")
    if ownership != "operator" and rule.role:
        faults.append("asks for a role where no operator acts")
    return faults


def rules_of(service: str) -> dict[str, Rule]:
    """`package.Service/Method` -> rule, of every RPC of a service. Raises RpcUndeclared."""
    try:
        methods = descriptor_pool.Default().FindServiceByName(service).methods
    except KeyError as error:
        raise RpcUndeclared(f"{service} is no service of a contract") from error
    faults = [f"{method.full_name} {fault}" for method in methods for fault in faults_in(method)]
    if faults:
        raise RpcUndeclared("; ".join(faults))
    return {f"{service}/{method.name}": _rule(method) for method in methods}


def _rule(method: MethodDescriptor) -> Rule:
    rule = method.GetOptions().Extensions[authorization_pb2.rule]
    path = tuple(rule.owner_field.split(".")) if rule.HasField("owner_field") else ()
    ownership = rule.WhichOneof("ownership") or ""
    return Rule(frozenset(rule.callers), ownership, path, _role(rule) if ownership == "operator" else "")


def _role(rule: authorization_pb2.Rule) -> str:
    name = authorization_pb2.OperatorRole.Name(rule.role).removeprefix("OPERATOR_ROLE_").lower()
    return name if name in ROLES else ROLES[-1]


def _faults_in_path(message: Descriptor | None, path: str) -> list[str]:
    field: FieldDescriptor | None = None
    for name in path.split("."):
        field = None if message is None else message.fields_by_name.get(name)
        if field is None:
            return [f"has no field {path} in its request"]
        message = field.message_type
    if field is None or field.type != FieldDescriptor.TYPE_STRING or field.is_repeated:
        return [f"has a field {path} that is not one text"]
    return []
