"""What a browser shows where it was signed in before."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chassis.settings import SettingsInvalid
from services.gateway.clients.device_keys import read_stamps
from services.gateway.domain.device_stamps import LIFE_S, STAMPS_MAX, DeviceStamps

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
STAMPS = DeviceStamps([KEY])
NOW_S = 1_800_000_000.5
ADA, BOB = "ada@example.org", "bob@example.org"


def test_a_stamp_is_of_one_address_however_it_is_spelled() -> None:
    """The device is known for the address that was signed in to, in any spelling, and for no other."""
    cookie = STAMPS.stamped("", ADA, NOW_S)
    device = STAMPS.device(cookie, " ADA@Example.org", NOW_S)
    assert len(bytes.fromhex(device)) == 16
    assert STAMPS.device(cookie, BOB, NOW_S) == ""
    assert DeviceStamps([OTHER_KEY]).device(cookie, ADA, NOW_S) == ""


def test_nothing_personal_is_in_a_stamp() -> None:
    """Two stamps of one address at one moment have nothing in common but the version and the time."""
    one, two = (STAMPS.stamped("", ADA, NOW_S).split(".") for _ in range(2))
    assert one[0] == two[0] == "1"
    assert one[2] == two[2] == "1800000000"
    assert one[1] != two[1]
    assert one[3] != two[3]


def test_a_stamp_lives_for_a_year() -> None:
    """An old one is none, and one from further ahead than clocks differ neither."""
    cookie = STAMPS.stamped("", ADA, NOW_S)
    assert STAMPS.device(cookie, ADA, NOW_S + LIFE_S - 1)
    assert not STAMPS.device(cookie, ADA, NOW_S + LIFE_S)
    assert STAMPS.device(cookie, ADA, NOW_S - 3600)
    assert not STAMPS.device(cookie, ADA, NOW_S - 86_401)


def test_a_retired_key_is_known_and_stamps_no_more() -> None:
    """After a change of key old stamps are taken, and signing in renews them under the new one."""
    changed = DeviceStamps([OTHER_KEY, KEY])
    old = STAMPS.stamped("", ADA, NOW_S)
    assert changed.device(old, ADA, NOW_S) == STAMPS.device(old, ADA, NOW_S)
    new = changed.stamped(old, ADA, NOW_S)
    assert STAMPS.device(new, ADA, NOW_S) == ""
    assert DeviceStamps([OTHER_KEY]).device(new, ADA, NOW_S)


def test_signing_in_renews_the_stamp_as_another_device() -> None:
    """Whoever has a copy of the old stamp cannot use up the new one's tries."""
    first = STAMPS.stamped("", ADA, NOW_S)
    second = STAMPS.stamped(first, ADA, NOW_S + 60)
    assert "~" not in second
    assert STAMPS.device(second, ADA, NOW_S + 60) not in ("", STAMPS.device(first, ADA, NOW_S))


def test_a_shared_browser_is_known_for_each_of_its_people() -> None:
    """A few accounts are kept side by side, the last ones; what is too old or no stamp goes."""
    cookie = "nonsense"
    people = [f"{number}@example.org" for number in range(STAMPS_MAX + 1)]
    for email in people:
        cookie = STAMPS.stamped(cookie, email, NOW_S)
    assert [bool(STAMPS.device(cookie, email, NOW_S)) for email in people] == [False] + [True] * STAMPS_MAX
    assert "nonsense" not in cookie
    late = STAMPS.stamped(cookie, ADA, NOW_S + LIFE_S)
    assert "~" not in late


GOOD = STAMPS.stamped("", ADA, NOW_S)


@given(cookie=st.text(max_size=200) | st.from_regex(r"1\.[A-Za-z0-9_-]{20,24}\.[0-9]{1,14}\.[A-Za-z0-9_-]{40,46}"))
@example(GOOD.replace("1.", "2.", 1))
@example(GOOD + ".")
@example(GOOD + "\n")
@example(GOOD.replace(".", "..", 1))
@example(GOOD.replace("1800000000", "1800000001"))
@example(GOOD.replace("1800000000", "١٨٠٠٠٠٠٠٠٠"))
@example("~" * 600)
@example("\ud800~" + "é" * 76)
def test_whatever_is_no_stamp_is_as_none(cookie: str) -> None:
    """Any text as a cookie is answered with no device, and goes with the next stamp."""
    assert STAMPS.device(cookie, ADA, NOW_S) == ""
    assert STAMPS.device(STAMPS.stamped(cookie, ADA, NOW_S), ADA, NOW_S)


@given(at=st.integers(0, len(GOOD) - 1), put=st.characters(codec="ascii"))
def test_a_changed_stamp_is_none(at: int, put: str) -> None:
    """No character of a stamp can be another, but for the bits that base64 leaves over."""
    changed = f"{GOOD[:at]}{put}{GOOD[at + 1 :]}"
    if _decoded(changed) != _decoded(GOOD):
        assert STAMPS.device(changed, ADA, NOW_S) == ""


def _decoded(cookie: str) -> list[bytes]:
    version, device, made, digest = (*cookie.split("."), "", "", "", "")[:4]
    return [version.encode(), _bytes(device), made.encode(), _bytes(digest)]


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return text.encode()


@given(email=st.text(max_size=80))
def test_any_text_is_an_address(email: str) -> None:
    """What is stamped is known, whatever somebody gave for an address."""
    assert STAMPS.device(STAMPS.stamped("", email, NOW_S), email, NOW_S)


def test_keys_are_read_from_files_or_refused_in_one_line(tmp_path: Path) -> None:
    """Without a file there are no stamps; one that is away or too short ends the start and says which."""
    good, short = tmp_path / "good", tmp_path / "short"
    good.write_bytes(KEY)
    short.write_bytes(KEY[:31])
    assert read_stamps(None, ()) is None
    stamps = read_stamps(good, ())
    assert stamps is not None
    assert stamps.device(GOOD, ADA, NOW_S)
    with pytest.raises(SettingsInvalid, match="short has 31 bytes"):
        read_stamps(good, (short,))
    with pytest.raises(SettingsInvalid, match="away cannot be read"):
        read_stamps(tmp_path / "away", ())
