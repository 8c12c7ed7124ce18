"""Waits between tries to sign in."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.email_address import parse_email
from services.auth.domain.errors import InvalidEmail
from services.gateway.domain.sign_in_tries import FORGOTTEN_S, AccountTries, Patience, SignInTries, folded

SECRET = bytes(32)
PATIENCE = Patience(free=5, wait_s_min=1.0, wait_s_max=300.0)
ADA = "ada@example.org"


def tries(keys_max: int = 100) -> SignInTries:
    return SignInTries(PATIENCE, SECRET, keys_max=keys_max)


def fail(held: SignInTries, email: str, times: int, now_s: float = 0.0) -> float:
    """When so many tries have failed, each as soon as it was taken."""
    for _ in range(times):
        while (wait_s := held.begin(email, now_s)) > 0:
            now_s += wait_s
    return now_s


def test_waits_grow_and_are_bounded() -> None:
    """Some tries are free, then each wait is twice the last, up to the longest."""
    held, now_s, waits = tries(), 0.0, []
    for _ in range(20):
        wait_s = held.begin(ADA, now_s)
        waits.append(wait_s)
        if wait_s > 0:
            now_s += wait_s
            assert held.begin(ADA, now_s) == 0
    assert waits[:6] == [0.0] * 6
    assert waits[6:] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0, 300.0, 300.0, 300.0]


@given(gaps=st.lists(st.floats(0, 400), max_size=300))
def test_no_hour_has_many_guesses(gaps: list[float]) -> None:
    """However a guesser spaces them, tries at one account in an hour are few."""
    held, now_s, taken = tries(), 0.0, []
    for gap in gaps:
        now_s += gap
        if held.begin(ADA, now_s) == 0:
            taken.append(now_s)
    for at, start in enumerate(taken):
        within = [moment for moment in taken[at:] if moment < start + 3600]
        assert len(within) <= 6 + 9 + math.ceil(3600 / 300)


def test_many_at_once_are_no_way_around() -> None:
    """Tries that have no verdict yet count as failed: of a hundred at one moment a handful is taken."""
    held = tries()
    assert [held.begin(ADA, 0.0) for _ in range(100)].count(0.0) == PATIENCE.free + 1


def test_a_refused_try_prolongs_nothing() -> None:
    """Knocking during a wait makes it no longer, so that nobody is locked out for good by another's knocking."""
    held = tries()
    now_s = fail(held, ADA, 10)
    first = held.begin(ADA, now_s)
    for _ in range(50):
        held.begin(ADA, now_s)
    assert held.begin(ADA, now_s + first) == 0


def test_the_right_password_and_an_hours_silence_begin_anew() -> None:
    """What was held against an account is forgotten with either, and not a moment before the hour."""
    held = tries()
    now_s = fail(held, ADA, 12)
    held.succeeded(ADA)
    assert [held.begin(ADA, now_s) for _ in range(6)] == [0.0] * 6
    assert held.begin(ADA, now_s) == 1.0
    assert held.begin(ADA, now_s + FORGOTTEN_S - 1) == 0
    assert held.begin(ADA, now_s + FORGOTTEN_S - 1) == 2.0
    assert [held.begin(ADA, now_s + 2 * FORGOTTEN_S) for _ in range(6)] == [0.0] * 6


def test_a_try_without_a_verdict_was_none() -> None:
    """A service that was away costs nobody a try, and takes back no more than the one."""
    held = tries()
    for _ in range(50):
        assert held.begin(ADA, 0.0) == 0
        held.unheard(ADA, 0.0)
    now_s = fail(held, ADA, 8)
    wait_s = held.begin(ADA, now_s)
    assert held.begin(ADA, now_s + wait_s) == 0
    held.unheard(ADA, now_s + wait_s)
    assert held.begin(ADA, now_s + wait_s - 0.5) > 0
    held.unheard("never@tried.example", 0.0)


def test_many_addresses_push_out_nobodys_wait() -> None:
    """Memory is bounded, and filling it with addresses tried a few times leaves an account's wait as it is."""
    held = tries(keys_max=50)
    now_s = fail(held, ADA, 12)
    wait_s = held.begin(ADA, now_s)
    for number in range(500):
        fail(held, f"{number}@example.org", 3, now_s)
        assert len(held) <= 50
    assert held.begin(ADA, now_s) == wait_s > 0


@pytest.mark.parametrize("times", [6, 12])
def test_a_new_account_is_counted_however_many_wait(times: int) -> None:
    """Once as many accounts as are remembered have waits, tries at another one are counted nonetheless."""
    held = tries(keys_max=20)
    now_s = 0.0
    for number in range(40):
        now_s = fail(held, f"{number}@example.org", times, now_s)
    taken = [held.begin(email, now_s) for _ in range(10) for email in (ADA, "bob@example.org")]
    assert taken.count(0.0) == 2 * (PATIENCE.free + 1)
    assert len(held) <= 20


def test_a_wait_that_goes_on_outlasts_those_that_are_over() -> None:
    """Room is made of waits that are over first, and accounts that nobody tried for an hour go without being tried."""
    held = tries(keys_max=20)
    now_s = fail(held, ADA, 14)
    for number in range(40):
        fail(held, f"{number}@example.org", 6, now_s)
        now_s += 2.0
    assert held.begin(ADA, now_s) > 0
    held.begin("bob@example.org", now_s + FORGOTTEN_S)
    assert len(held) == 1


def test_neither_addresses_nor_their_plain_digests_are_kept() -> None:
    """What is held is a digest that only this process can make."""
    held, other = tries(), SignInTries(PATIENCE, bytes(range(32)))
    for each in (held, other):
        fail(each, ADA, 7)
    assert ADA not in repr(vars(held))
    assert set(held._waiting).isdisjoint(other._waiting)


@given(
    local=st.text(min_size=1, max_size=12),
    domain=st.sampled_from(
        ["example.org", "EXAMPLE.org", "exämple.org", "xn--exmple-cua.org", "straße.de", "Strasse.de"]
    ),
    spaces=st.sampled_from(["", " ", "\t"]),
)
def test_spellings_of_one_account_share_its_tries(local: str, domain: str, spaces: str) -> None:
    """Whatever auth takes for the same address is counted as one here."""
    for spelled in (f"{local}@{domain}", f"{spaces}{local.upper()}@{domain.upper()}", f"{local.casefold()}@{domain}"):
        try:
            key = parse_email(spelled).key
        except InvalidEmail:
            continue
        assert folded(spelled) == key


def used(held: AccountTries, device: str, now_s: float = 0.0, times: int = 100) -> int:
    """How many of so many tries at one moment are taken as the device's own."""
    return [held.begin(ADA, device, now_s) for _ in range(times)].count((0.0, device))


def test_strangers_do_not_delay_a_known_device() -> None:
    """While others wait at an account, a device that it was signed in on is taken at once, and clears no wait."""
    held = AccountTries(PATIENCE, SECRET)
    assert used(held, "") == PATIENCE.free + 1
    assert held.begin(ADA, "d1", 0.0) == (0.0, "d1")
    held.succeeded(ADA, "d1", 0.0)
    assert held.begin(ADA, "", 0.0) == (1.0, "")
    assert held.begin(ADA, "d1", 0.0) == (0.0, "d1")


def test_a_device_that_guesses_is_counted_with_everybody() -> None:
    """It has as many tries as anybody has without a wait, and beyond them what the account has left for anybody."""
    held = AccountTries(PATIENCE, SECRET)
    assert used(held, "d1", times=6) == 6
    assert [held.begin(ADA, "d1", 0.0) for _ in range(7)] == [(0.0, "")] * 6 + [(1.0, "")]
    assert held.begin(ADA, "", 0.0) == (1.0, "")
    assert held.begin(ADA, "d2", 0.0) == (0.0, "d2")
    assert held.begin(ADA, "d1", FORGOTTEN_S - 1)[1] == ""
    assert held.begin(ADA, "d1", FORGOTTEN_S) == (0.0, "d1")


def test_gathered_devices_are_worth_a_few() -> None:
    """However many stamps of an account somebody has, they guess no more by them than four devices could."""
    held = AccountTries(PATIENCE, SECRET)
    taken = sum(used(held, f"d{number}", number / 10, times=10) for number in range(200))
    assert taken == 4 * (PATIENCE.free + 1)
    assert held.begin(ADA, "d999", 21.0)[1] == ""


@given(gaps=st.lists(st.floats(0, 400), max_size=200), devices=st.lists(st.integers(0, 9), min_size=200, max_size=200))
def test_no_hour_has_many_guesses_by_devices(gaps: list[float], devices: list[int]) -> None:
    """However a guesser mixes stamps with none, tries at one account in an hour are few."""
    held = AccountTries(PATIENCE, SECRET)
    now_s, taken = 0.0, []
    for gap, device in zip(gaps, devices, strict=False):
        now_s += gap
        if held.begin(ADA, f"d{device}" if device else "", now_s)[0] == 0:
            taken.append(now_s)
    for at, start in enumerate(taken):
        within = [moment for moment in taken[at:] if moment < start + 3600]
        assert len(within) <= 6 + 9 + math.ceil(3600 / 300) + 2 * 4 * 6


def test_a_right_password_and_no_verdict_are_nothing_against_a_device() -> None:
    """A device begins anew with the one, and with the other is as it was."""
    held = AccountTries(PATIENCE, SECRET)
    for _ in range(50):
        assert held.begin(ADA, "d1", 0.0) == (0.0, "d1")
        held.unheard(ADA, "d1", 0.0)
    for _ in range(50):
        assert held.begin(ADA, "d1", 0.0) == (0.0, "d1")
        held.succeeded(ADA, "d1", 0.0)
    assert used(held, "d1", times=6) == 6
    assert held.begin(ADA, "", 0.0) == (0.0, "")
    held.unheard(ADA, "", 0.0)
    assert used(held, "") == PATIENCE.free + 1


def test_a_device_is_one_of_each_account() -> None:
    """What it used up at one account it has left at another; and spellings of one account are no way around."""
    held = AccountTries(PATIENCE, SECRET)
    assert used(held, "d1", times=6) == 6
    assert held.begin(" ADA@EXAMPLE.org ", "d1", 0.0) == (0.0, "")
    assert held.begin("bob@example.org", "d1", 0.0) == (0.0, "d1")
