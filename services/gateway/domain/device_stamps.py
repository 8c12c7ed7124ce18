"""By what a browser is known again where an account was signed in before: stamps in one cookie, of nothing personal."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Sequence

from services.gateway.domain.sign_in_tries import folded

KEY_BYTES = 32
LIFE_S = 365 * 86_400
STAMPS_MAX = 4
"""Accounts that one browser is known for, those signed in to last."""
_AHEAD_S = 86_400
"""How far the clock of the gateway that stamped may have been ahead of this one's."""
_DEVICE_BYTES = 16
_PURPOSE = b"stripsession device stamp 1\0"
_BETWEEN = "~"
_FORM = re.compile(r"1\.([A-Za-z0-9_-]{22})\.([0-9]{1,12})\.([A-Za-z0-9_-]{43})")
_CHARACTERS_MAX = 600
"""Longer than STAMPS_MAX of them."""


@dataclasses.dataclass(frozen=True)
class _Stamp:
    text: str
    device: bytes
    made_s: int
    digest: bytes

    def is_of_now(self, now_s: float) -> bool:
        return now_s - LIFE_S < self.made_s < now_s + _AHEAD_S


class DeviceStamps:
    """Makes and knows stamps. Each is of one address, which is not in it: version, device, time, and a keyed digest."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys` have 32 bytes each; the first makes stamps, and the others made those that are still taken."""
        self._keys = tuple(keys)

    def device(self, cookie: str, email: str, now_s: float) -> str:
        """The device that `cookie` shows for an address, by its name; empty where it shows none."""
        known = (stamp for stamp in _stamps(cookie) if stamp.is_of_now(now_s) and self._is_for(stamp, email))
        stamp = next(known, None)
        return "" if stamp is None else stamp.device.hex()

    def stamped(self, cookie: str, email: str, now_s: float) -> str:
        """`cookie` with a new stamp for an address in the place of its old one; other addresses' stay.

        The device is a new one each time: whoever took the old stamp can use up its tries, and not this one's.
        """
        others = [stamp for stamp in _stamps(cookie) if stamp.is_of_now(now_s) and not self._is_for(stamp, email)]
        device, made_s = secrets.token_bytes(_DEVICE_BYTES), int(now_s)
        fresh = ".".join(("1", _text(device), str(made_s), _text(_digest(self._keys[0], device, made_s, email))))
        return _BETWEEN.join((fresh, *(stamp.text for stamp in others[: STAMPS_MAX - 1])))

    def _is_for(self, stamp: _Stamp, email: str) -> bool:
        made = (_digest(key, stamp.device, stamp.made_s, email) for key in self._keys)
        return any(hmac.compare_digest(each, stamp.digest) for each in made)


def _stamps(cookie: str) -> Iterator[_Stamp]:
    """Those that have the form of one; of whatever else a browser sends, none."""
    if len(cookie) > _CHARACTERS_MAX:
        return
    for text in cookie.split(_BETWEEN)[:STAMPS_MAX]:
        if read := _FORM.fullmatch(text):
            yield _Stamp(text, _bytes(read[1]), int(read[2]), _bytes(read[3]))


def _digest(key: bytes, device: bytes, made_s: int, email: str) -> bytes:
    # Every part has one length, so that no two of them can be read as others.
    address = hashlib.sha256(folded(email).encode("utf-8", "replace")).digest()
    return hmac.digest(key, _PURPOSE + device + made_s.to_bytes(8, "big") + address, "sha256")


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
