"""An authenticator without a device: it answers as browsers do, and each part of an answer can be bent."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclasses.dataclass(frozen=True)
class Bent:
    """What an answer says, where it is not the truth."""

    origin: str = ""
    party: str = ""
    kind: str = ""
    challenge: bytes = b""
    flags: int = PRESENT | VERIFIED
    cross_origin: bool = False
    credential_id: bytes = b""
    handle: bytes | None = b""
    """None tells none."""
    algorithm: int = -7
    count: int | None = None
    flips_signature: bool = False


STRAIGHT = Bent()


class SoftwareAuthenticator:
    """One key on P-256, once it was asked for, as a phone or a password manager holds one."""

    def __init__(self, origin: str, *, counts: bool = True) -> None:
        """`origin` is the page's. Many authenticators do not count their uses."""
        self.origin = origin
        self.count = 0
        self.credential_id = secrets.token_bytes(32)
        self._counts = counts
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._handle = b""

    def create(self, options_json: str, bent: Bent = STRAIGHT) -> str:
        """RegistrationResponseJSON for PublicKeyCredentialCreationOptionsJSON."""
        options = json.loads(options_json)
        self._handle = _bytes(options["user"]["id"])
        data = self._data(options["rp"]["id"], dataclasses.replace(bent, flags=bent.flags | ATTESTED))
        credential_id = bent.credential_id or self.credential_id
        data += bytes(16) + len(credential_id).to_bytes(2, "big") + credential_id + self._cose(bent.algorithm)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        told = {"attestationObject": _text(attested), "transports": ["internal", "hybrid", "telepathy"]}
        client_data = self._client_data("webauthn.create", options["challenge"], bent)
        return _answer(credential_id, told | {"clientDataJSON": _text(client_data)})

    def get(self, options_json: str, bent: Bent = STRAIGHT) -> str:
        """AuthenticationResponseJSON for PublicKeyCredentialRequestOptionsJSON."""
        options = json.loads(options_json)
        data = self._data(options["rpId"], bent)
        client_data = self._client_data("webauthn.get", options["challenge"], bent)
        signed = self._key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        if bent.flips_signature:
            signed = signed[:-1] + bytes([signed[-1] ^ 1])
        handle = self._handle if bent.handle == b"" else bent.handle
        told = {
            "authenticatorData": _text(data),
            "clientDataJSON": _text(client_data),
            "signature": _text(signed),
            "userHandle": None if handle is None else _text(handle),
        }
        return _answer(bent.credential_id or self.credential_id, told)

    def _data(self, party: str, bent: Bent) -> bytes:
        self.count += self._counts
        count = self.count if bent.count is None else bent.count
        named = hashlib.sha256((bent.party or party).encode()).digest()
        return named + bytes([bent.flags]) + count.to_bytes(4, "big")

    def _cose(self, algorithm: int) -> bytes:
        point = self._key.public_key().public_numbers()
        return cbor2.dumps(
            {1: 2, 3: algorithm, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )

    def _client_data(self, kind: str, challenge: str, bent: Bent) -> bytes:
        told: dict[str, Any] = {
            "type": bent.kind or kind,
            "challenge": _text(bent.challenge) if bent.challenge else challenge,
            "origin": bent.origin or self.origin,
            "crossOrigin": bent.cross_origin,
        }
        return json.dumps(told).encode()


def _answer(credential_id: bytes, response: Mapping[str, object]) -> str:
    named = _text(credential_id)
    return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": response})


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
