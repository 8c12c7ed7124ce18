"""Who calls: the service, or the operator, named in a client certificate."""

from __future__ import annotations

import dataclasses
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path

import grpc

DOMAIN = "stripsession.internal"
OPERATOR = "console"
"""Name of whoever runs the installation, as contracts have it."""
ROLES = ("support", "billing", "admin")
"""What an operator may be; each may also what those before it may."""
OPERATORS = (OPERATOR, *(f"{OPERATOR}-{role}" for role in ROLES))
"""Names in operators' certificates; the bare one is an admin's."""


def dns_name(service: str) -> str:
    """The name that a service's certificate bears."""
    return f"{service}.{DOMAIN}"


@dataclasses.dataclass(frozen=True)
class Certificates:
    """The authority that this process trusts, and its own certificate and key, as PEM files."""

    folder: Path
    name: str

    def server_credentials(self) -> grpc.ServerCredentials:
        """TLS that demands a client certificate of our authority."""
        return grpc.ssl_server_credentials(
            [(self._read(f"{self.name}.key"), self._read(f"{self.name}.pem"))],
            root_certificates=self._read("ca.pem"),
            require_client_auth=True,
        )

    def channel_credentials(self) -> grpc.ChannelCredentials:
        """TLS that shows our certificate and demands one of our authority."""
        return grpc.ssl_channel_credentials(
            root_certificates=self._read("ca.pem"),
            private_key=self._read(f"{self.name}.key"),
            certificate_chain=self._read(f"{self.name}.pem"),
        )

    def ssl_context(self) -> ssl.SSLContext:
        """The same for connections that are not gRPC, such as NATS."""
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(self.folder / "ca.pem"))
        context.load_cert_chain(self.folder / f"{self.name}.pem", self.folder / f"{self.name}.key")
        return context

    def _read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


@dataclasses.dataclass(frozen=True)
class Caller:
    """Whose certificate it is."""

    name: str
    """As contracts have it: a service's, or `console`; empty where it is none of ours."""
    certificate: str
    """As the certificate has it."""
    role: str = ""
    """An operator's; empty for a service."""

    def may_what(self, role: str) -> bool:
        """Whether this operator may do what asks for a role."""
        return self.role in ROLES and ROLES.index(self.role) >= ROLES.index(role)


def named(certificate: str) -> Caller:
    """Who has a certificate of this name."""
    if certificate not in OPERATORS:
        return Caller(certificate, certificate)
    return Caller(OPERATOR, certificate, certificate.partition("-")[2] or ROLES[-1])


def caller_of(auth_context: Mapping[str, Iterable[bytes]]) -> Caller:
    """Whose certificate the peer showed; without a name when it showed none of ours."""
    return named(_name_in(auth_context))


def _name_in(auth_context: Mapping[str, Iterable[bytes]]) -> str:
    for name in auth_context.get("x509_subject_alternative_name", []):
        text = name.decode("ascii", "replace")
        if text.endswith("." + DOMAIN):
            return text.removesuffix("." + DOMAIN)
    return ""
