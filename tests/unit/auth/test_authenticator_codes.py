"""Codes of an authenticator and of the recovery list, as arithmetic."""

from __future__ import annotations

import base64
import datetime

from hypothesis import given
from hypothesis import strategies as st

from services.auth.clients.authenticator_codes import DRIFT_STEPS, STEP_S, TotpCodes
from services.auth.domain.second_factor import (
    WRONG_FREE,
    SecondFactor,
    new_recovery_codes,
    plain_digits,
    plain_recovery_code,
)
from tests.unit.auth.test_second_factor import NOW, RFC_SECRET, shown_at


def test_codes_are_those_of_the_standard() -> None:
    """The vectors of RFC 6238, appendix B, cut to six digits, and what an authenticator scans."""
    for at_s, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        moment = datetime.datetime.fromtimestamp(at_s, datetime.UTC)
        assert TotpCodes().step_of(RFC_SECRET, code, moment, -1) == at_s // STEP_S
    text, uri, rows = TotpCodes().invitation(RFC_SECRET, "ada@example.org")
    assert base64.b32decode(text) == RFC_SECRET
    assert uri.startswith("otpauth://totp/StripSession:ada%40example.org?")
    assert text in uri
    assert {len(row) for row in rows} == {len(rows)}
    assert rows[0].startswith("1111111")


@given(st.integers(0, 2**33), st.integers(-400, 400), st.lists(st.integers(-4, 4), max_size=6))
def test_a_code_is_taken_within_its_drift_and_never_again(at_s: int, shift_s: int, used: list[int]) -> None:
    """Whatever was taken before, a code counts a step early or late at most, and only after every step that was."""
    now = datetime.datetime.fromtimestamp(at_s, datetime.UTC)
    shown = datetime.datetime.fromtimestamp(max(0, at_s + shift_s), datetime.UTC)
    present, step = at_s // STEP_S, int(shown.timestamp()) // STEP_S
    last = max((present + offset for offset in used), default=-1)
    found = TotpCodes().step_of(RFC_SECRET, shown_at(RFC_SECRET, shown), now, last)
    if found is None:
        assert abs(step - present) > DRIFT_STEPS or step <= last
    else:
        assert abs(found - present) <= DRIFT_STEPS
        assert found > last
        # Of two steps with the same code the later is as good.
        assert found == step or shown_at(RFC_SECRET, datetime.datetime.fromtimestamp(found * STEP_S, datetime.UTC))


@given(st.lists(st.booleans(), max_size=40))
def test_wrong_codes_are_bounded(outcomes: list[bool]) -> None:
    """However right and wrong codes follow one another, a right one clears the count; no pause is over 15 minutes."""
    factor, wrong = SecondFactor("usr_1", RFC_SECRET), 0
    for is_right in outcomes:
        factor, wrong = (factor.shown(), 0) if is_right else (factor.erred(NOW), wrong + 1)
        assert (factor.wait_s(NOW) > 0) == (wrong >= WRONG_FREE)
        assert factor.wait_s(NOW) <= 900
        assert factor.wait_s(NOW + datetime.timedelta(minutes=15)) == 0


@given(st.text(max_size=30))
def test_what_is_no_code_is_none(typed: str) -> None:
    """Any text is read as a code of its one spelling or as none."""
    assert len(plain_digits(typed)) in (0, 6)
    plain = plain_recovery_code(typed)
    assert plain == plain_recovery_code(plain)
    assert len(plain) in (0, 16)


def test_recovery_codes_are_read_as_they_look() -> None:
    """Small letters, gaps, and O, I and L for the digits that they look like, make no difference."""
    for code in new_recovery_codes():
        mistaken = code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
        assert plain_recovery_code(mistaken) == code.replace("-", "")
    assert plain_digits(" 123-456 ") == "123456"
    assert plain_digits("\u0661\u0662\u0663\u0664\u0665\u0666") == ""
