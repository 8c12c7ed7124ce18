"""The local authority makes certificates once and keeps them fit."""

from __future__ import annotations

import datetime
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509

from chassis import authority
from chassis.authority import ensure_certificates
from chassis.identity import caller_of


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in {".pem", ".key"}}


def _certificate(folder: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())


def test_certificates_are_made_once(tmp_path: Path) -> None:
    """A second run changes nothing; a new name is added beside."""
    ensure_certificates(tmp_path, ["auth", "nats"])
    first = _contents(tmp_path)
    ensure_certificates(tmp_path, ["auth", "nats", "billing"])
    second = _contents(tmp_path)
    assert {name: second[name] for name in first} == first
    assert set(second) - set(first) == {"billing.pem", "billing.key"}


def test_keys_are_private(tmp_path: Path) -> None:
    """Only the owner can read a key, also one that was laid open before."""
    ensure_certificates(tmp_path, ["auth"])
    for name in ("ca.key", "auth.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_certificates_bear_their_names(tmp_path: Path) -> None:
    """A certificate bears the service's name and the loopback's, and is its service's identity."""
    ensure_certificates(tmp_path, ["auth"])
    certificate = _certificate(tmp_path, "auth")
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["auth.stripsession.internal", "localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    certificate.verify_directly_issued_by(_certificate(tmp_path, "ca"))


def test_what_expires_soon_is_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate with less than 30 days left is made anew, under the same authority."""
    monkeypatch.setattr(authority, "_CERTIFICATE_LIFE", datetime.timedelta(days=29))
    ensure_certificates(tmp_path, ["auth"])
    old = _contents(tmp_path)
    monkeypatch.undo()
    ensure_certificates(tmp_path, ["auth"])
    new = _contents(tmp_path)
    assert new["auth.pem"] != old["auth.pem"]
    assert new["ca.pem"] == old["ca.pem"]


def test_a_new_authority_means_new_certificates(tmp_path: Path) -> None:
    """When the authority was lost or expires, everything is signed by the next one."""
    ensure_certificates(tmp_path, ["auth"])
    (tmp_path / "ca.key").unlink()
    ensure_certificates(tmp_path, ["auth"])
    _certificate(tmp_path, "auth").verify_directly_issued_by(_certificate(tmp_path, "ca"))


def test_a_key_of_another_certificate_is_replaced(tmp_path: Path) -> None:
    """A key and a certificate that do not belong together, as a crash may leave them, are made anew."""
    ensure_certificates(tmp_path, ["auth", "billing"])
    (tmp_path / "auth.key").write_bytes((tmp_path / "billing.key").read_bytes())
    ensure_certificates(tmp_path, ["auth", "billing"])
    assert (tmp_path / "auth.key").read_bytes() != (tmp_path / "billing.key").read_bytes()


def test_many_may_ask_at_once(tmp_path: Path) -> None:
    """Several processes that start together end with one authority."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: ensure_certificates(tmp_path, [name]), ["auth", "billing", "library", "nats"]))
    for name in ("auth", "billing", "library", "nats"):
        _certificate(tmp_path, name).verify_directly_issued_by(_certificate(tmp_path, "ca"))


@pytest.mark.parametrize(
    ("names", "caller"),
    [
        ([b"gateway.stripsession.internal", b"localhost"], "gateway"),
        ([b"localhost", b"127.0.0.1", b"billing.stripsession.internal"], "billing"),
        ([b"gateway.stripsession.internal.evil.example"], ""),
        ([b"gatewaystripsession.internal"], ""),
        ([b"\xff.example"], ""),
        ([], ""),
    ],
)
def test_the_caller_is_who_the_certificate_names(names: list[bytes], caller: str) -> None:
    """The caller is the service in the certificate's name under our domain, and nobody otherwise."""
    assert caller_of({"x509_subject_alternative_name": names}).name == caller


def test_no_certificate_is_nobody() -> None:
    """A peer without a certificate has no name."""
    assert caller_of({}).name == ""
