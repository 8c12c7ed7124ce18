"""A person's second factor: an authenticator's codes, recovery codes, and how wrong ones are held off."""

from __future__ import annotations

import dataclasses
import datetime
import secrets

from services.auth.domain.errors import TooManyCodes, WrongCode

SIGN_IN_CHALLENGE_LIFE = datetime.timedelta(minutes=5)
"""From a right password to the code that goes with it."""
CODE_DIGITS = 6
RECOVERY_CODES = 10
WRONG_FREE = 5
"""Wrong codes before a pause: fingers slip, and clocks run slow."""
_PAUSE_S, _PAUSE_S_MAX = 30.0, 900.0
# Crockford's base 32: nothing looks like anything else. Sixteen are 80 bits, which nobody guesses from a digest.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 16, 4
_READ_AS = {"O": "0", "I": "1", "L": "1"}
_BETWEEN = " -\u2010\u2011\u2013\t"


@dataclasses.dataclass(frozen=True)
class SecondFactor:
    """An authenticator's secret, and what came of its codes."""

    user_id: str
    secret: bytes = dataclasses.field(repr=False)
    set_at: datetime.datetime | None = None
    """None until a code has shown that an authenticator has the secret: nothing is asked of anybody before."""
    last_step: int = -1
    """The newest step of 30 seconds whose code was taken; codes of it and of steps before work no more."""
    wrong: int = 0
    """Wrong codes since the last right one, of either kind."""
    wrong_at: datetime.datetime | None = None

    def wait_s(self, now: datetime.datetime) -> float:
        """Seconds until an authenticator's code is looked at again, right or not; 0 when it is now."""
        beyond = self.wrong - WRONG_FREE
        if beyond < 0 or self.wrong_at is None:
            return 0.0
        # Past this the product is larger than the longest pause anyhow.
        pause_s = min(_PAUSE_S_MAX, _PAUSE_S * 2.0 ** min(beyond, 10))
        return max(0.0, pause_s - (now - self.wrong_at).total_seconds())

    def erred(self, now: datetime.datetime) -> SecondFactor:
        """The same after a wrong code."""
        # One within a pause counts, and does not begin it anew: else it would have no end for whoever owns the account.
        wrong_at = self.wrong_at if self.wait_s(now) > 0 else now
        return dataclasses.replace(self, wrong=self.wrong + 1, wrong_at=wrong_at)

    def shown(self, step: int | None = None) -> SecondFactor:
        """The same after a right code; `step` is the authenticator's, None for a recovery code."""
        last_step = self.last_step if step is None else max(step, self.last_step)
        return dataclasses.replace(self, last_step=last_step, wrong=0, wrong_at=None)


@dataclasses.dataclass(frozen=True)
class SignInChallenge:
    """A right password that waits for its second factor; whoever holds its secret may show one."""

    challenge_hash: bytes
    user_id: str
    device: str
    methods: tuple[str, ...]
    """What was shown already."""
    expires_at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class IssuedChallenge:
    """A challenge as it is told, once."""

    secret: str = dataclasses.field(repr=False)
    expires_at: datetime.datetime
    methods: tuple[str, ...]
    """What answers it."""


@dataclasses.dataclass(frozen=True)
class CodeVerdict:
    """What came of a code. Kept apart from its refusal, so that the caller's unit of work keeps the count."""

    method: str = ""
    """What it was; empty for one that was not taken."""
    wait_s: float = 0.0
    """For one that was not looked at."""

    def require(self) -> str:
        """What it was. Raises WrongCode or TooManyCodes."""
        if self.wait_s > 0:
            raise TooManyCodes(self.wait_s)
        if not self.method:
            raise WrongCode
        return self.method


def plain_digits(typed: str) -> str:
    """An authenticator's code as it was typed, in one spelling; "" for what cannot be one."""
    digits = "".join(character for character in typed if character not in _BETWEEN)
    return digits if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdecimal() else ""


def new_recovery_codes() -> list[str]:
    """Ten codes as they are told, XXXX-XXXX-XXXX-XXXX."""
    return [_grouped("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))) for _ in range(RECOVERY_CODES)]


def plain_recovery_code(typed: str) -> str:
    """A recovery code as it was typed, in one spelling; "" for what cannot be one."""
    # Told apart before they are folded: some letters of others become two.
    kept = [character for character in typed if character not in _BETWEEN]
    if len(kept) != _LENGTH or not all(character.isascii() for character in kept):
        return ""
    letters = "".join(_READ_AS.get(letter, letter) for letter in "".join(kept).upper())
    return letters if all(letter in _LETTERS for letter in letters) else ""


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))
