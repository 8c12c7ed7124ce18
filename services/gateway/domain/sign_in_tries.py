"""How long whoever guesses at an account's password must wait; the same for an account that does not exist."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import itertools
import unicodedata

_KEYS_MAX = 20_000
FORGOTTEN_S = 3600.0
"""A key that nobody tried for so long begins anew."""
_LOOKED_AT_MAX = 100
"""Keys that one try looks at to make room, however many there are."""
_DEVICES_AT_ONCE = 4
"""Known devices of one account whose tries may all be used before anybody's count holds for each of them."""


@dataclasses.dataclass(frozen=True)
class Patience:
    """How many tries are free, and how long the waits between the others are."""

    free: int
    wait_s_min: float
    wait_s_max: float

    def wait_s(self, failed: int) -> float:
        """Seconds from a failed try to the next: none for the free ones, then the least, twice that, and so on."""
        beyond = failed - self.free
        if beyond <= 0:
            return 0.0
        # Past this the sum is larger than any setting, and soon larger than a float.
        return min(self.wait_s_max, self.wait_s_min * 2.0 ** min(beyond - 1, 64))


class SignInTries:
    """Failed tries by account, as a keyed digest of its address: neither addresses nor what they hash to are known.

    Bounded: keys with no wait are forgotten first, so that many addresses tried once push out nobody's wait, and those
    whose wait ended longest ago once they hold half the room, so that a new key is always counted.
    """

    def __init__(self, patience: Patience, secret: bytes, *, keys_max: int = _KEYS_MAX) -> None:
        """`secret` has 16 to 64 random bytes, and leaves this process no more than the addresses do."""
        self._patience = patience
        self._secret = secret
        self._keys_max = keys_max
        self._free: collections.OrderedDict[bytes, tuple[int, float]] = collections.OrderedDict()
        self._waiting: collections.OrderedDict[bytes, tuple[int, float]] = collections.OrderedDict()

    def __len__(self) -> int:
        """Keys that are remembered."""
        return len(self._free) + len(self._waiting)

    def begin(self, email: str, now_s: float) -> float:
        """Count a try as failed until it is said to be otherwise, and give 0; else the seconds until one is taken.

        Counted beforehand, so that a thousand tries at once are no way around the wait. `now_s` never goes back.
        """
        key = self._key(email)
        failed, at_s = self._known(key, now_s)
        wait_s = at_s + self._patience.wait_s(failed) - now_s
        if wait_s > 0:
            return wait_s
        self._remember(key, failed + 1, now_s, now_s)
        return 0.0

    def succeeded(self, email: str) -> None:
        """The password was right: nothing is held against the account."""
        self._forget(self._key(email))

    def unheard(self, email: str, now_s: float) -> None:
        """The try got no verdict: it was none."""
        key = self._key(email)
        failed, at_s = self._known(key, now_s)
        self._forget(key)
        if failed > 1:
            self._remember(key, failed - 1, at_s, now_s)

    def _known(self, key: bytes, now_s: float) -> tuple[int, float]:
        failed, at_s = self._free.get(key) or self._waiting.get(key) or (0, now_s)
        return (0, now_s) if now_s - at_s >= FORGOTTEN_S else (failed, at_s)

    def _remember(self, key: bytes, failed: int, at_s: float, now_s: float) -> None:
        self._forget(key)
        self._drop_forgotten(now_s)
        while len(self) >= self._keys_max and len(self) > 0:
            self._make_room()
        kept = self._waiting if self._patience.wait_s(failed) > 0 else self._free
        kept[key] = (failed, at_s)

    def _drop_forgotten(self, now_s: float) -> None:
        for kept in (self._free, self._waiting):
            oldest = list(itertools.islice(kept.items(), _LOOKED_AT_MAX))
            for key, (_, at_s) in oldest:
                if now_s - at_s < FORGOTTEN_S:
                    break
                del kept[key]

    def _make_room(self) -> None:
        if len(self._free) > len(self._waiting) or not self._waiting:
            self._free.popitem(last=False)
            return
        oldest = itertools.islice(self._waiting.items(), _LOOKED_AT_MAX)
        # Whose wait ended longest ago, or ends first where all still wait.
        key, _ = min(oldest, key=lambda item: item[1][1] + self._patience.wait_s(item[1][0]))
        del self._waiting[key]

    def _forget(self, key: bytes) -> None:
        self._free.pop(key, None)
        self._waiting.pop(key, None)

    def _key(self, email: str) -> bytes:
        return hashlib.blake2b(folded(email).encode("utf-8", "replace"), key=self._secret, digest_size=16).digest()


class AccountTries:
    """Tries at accounts: anybody's together, and apart from these some of each browser that was signed in there before.

    So strangers who guess cannot keep away an owner who signs in where they did before, and a stolen stamp is worth
    these few guesses an hour. However many stamps somebody gathered, all of an account's together are worth no more
    than some browsers' (decision 41).
    """

    def __init__(self, patience: Patience, secret: bytes) -> None:
        """`patience` is anybody's; a browser has as many tries as it gives before a wait. `secret` as SignInTries'."""
        # Its wait is as long as a count is remembered: once its tries are used, it has none until that is forgotten.
        apart = dataclasses.replace(patience, wait_s_min=FORGOTTEN_S, wait_s_max=FORGOTTEN_S)
        together = dataclasses.replace(apart, free=(patience.free + 1) * _DEVICES_AT_ONCE - 1)
        self._of_anybody = SignInTries(patience, secret)
        self._of_device = SignInTries(apart, secret)
        self._of_devices = SignInTries(together, secret)

    def begin(self, email: str, device: str, now_s: float) -> tuple[float, str]:
        """Count a try as SignInTries does, of `device` where it is one that has any left, else of anybody.

        Gives the seconds until one is taken, and whose it was, for the other methods: the device, or "" for anybody.
        """
        if device and self._is_left(email, device, now_s):
            return 0.0, device
        return self._of_anybody.begin(email, now_s), ""

    def succeeded(self, email: str, device: str, now_s: float) -> None:
        """The password was right. What strangers did is held against them still, if a known device was let past it."""
        if not device:
            self._of_anybody.succeeded(email)
            return
        self._of_device.succeeded(_at(device, email))
        self._of_devices.unheard(email, now_s)

    def unheard(self, email: str, device: str, now_s: float) -> None:
        """The try got no verdict: it was none."""
        if not device:
            self._of_anybody.unheard(email, now_s)
            return
        self._of_device.unheard(_at(device, email), now_s)
        self._of_devices.unheard(email, now_s)

    def _is_left(self, email: str, device: str, now_s: float) -> bool:
        if self._of_device.begin(_at(device, email), now_s) > 0:
            return False
        if self._of_devices.begin(email, now_s) > 0:
            self._of_device.unheard(_at(device, email), now_s)
            return False
        return True


def _at(device: str, email: str) -> str:
    return f"{device}/{folded(email)}"


def folded(email: str) -> str:
    """What two spellings of one account's address have in common, after auth's own rules."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email.strip()).casefold())
    local, at, domain = text.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii').lower()}"
    except UnicodeError:
        return text
