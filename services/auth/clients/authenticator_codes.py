"""Codes of authenticators (RFC 6238): SHA-1, six digits, 30 seconds, which is what every authenticator can do."""

from __future__ import annotations

import base64
import datetime
import secrets

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from services.auth.domain.second_factor import CODE_DIGITS

STEP_S = 30
DRIFT_STEPS = 1
"""How far an authenticator's clock may be off, either way."""
_SECRET_BYTES = 20
"""As long as the hash (RFC 4226, 4, R6)."""
_ISSUER = "StripSession"


class TotpCodes:
    """What the cryptography package computes, and segno draws."""

    def new_secret(self) -> bytes:
        """160 random bits."""
        return secrets.token_bytes(_SECRET_BYTES)

    def step_of(self, secret: bytes, digits: str, now: datetime.datetime, last_step: int) -> int | None:
        """The step of this code, after `last_step` and a step from now at most; None for no such."""
        totp, present = _totp(secret), int(now.timestamp()) // STEP_S
        found = None
        # All are looked at, so that the time of an answer does not say which one it was.
        for step in range(max(0, present - DRIFT_STEPS), present + DRIFT_STEPS + 1):
            try:
                totp.verify(digits.encode(), step * STEP_S)
            except InvalidToken:
                continue
            if step > last_step:
                found = step
        return found

    def invitation(self, secret: bytes, name: str) -> tuple[str, str, list[str]]:
        """The secret in base 32, the URI that authenticators know, and its QR code without a margin."""
        uri = _totp(secret).get_provisioning_uri(name, _ISSUER)
        matrix = segno.make(uri, micro=False, error="m").matrix
        rows = ["".join("1" if module else "0" for module in row) for row in matrix]
        return base64.b32encode(secret).decode().rstrip("="), uri, rows


def _totp(secret: bytes) -> TOTP:
    # As an HMAC, whose key a collision of SHA-1 does not find; authenticators know no other by default.
    return TOTP(secret, CODE_DIGITS, SHA1(), STEP_S)  # noqa: S303 - see above
