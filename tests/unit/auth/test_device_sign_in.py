"""A program is signed in by a person who approves its code, and by nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.app.answer_device_sign_in import answer_device_sign_in
from services.auth.app.describe_device_sign_in import describe_device_sign_in
from services.auth.app.end_other_sessions import end_other_sessions
from services.auth.app.forget_remains import forget_remains
from services.auth.app.list_sessions import list_sessions
from services.auth.app.redeem_device_sign_in import redeem_device_sign_in
from services.auth.app.start_device_sign_in import DeviceCodes, start_device_sign_in
from services.auth.domain.device import INTERVAL_S, INTERVAL_S_MAX, clean_client_name, new_user_code, plain_user_code
from services.auth.domain.errors import (
    AccountNotFound,
    ClientNameInvalid,
    DeviceAskedTooSoon,
    DeviceCodeNotFound,
    DeviceRefused,
    DeviceSignInPending,
)
from tests.unit.auth.device_conformance import DeviceConformance
from tests.unit.auth.fakes import FakeStore, World
from tests.unit.auth.signing_up import sign_up


class TestFakeStore(DeviceConformance):
    @pytest.fixture
    def store(self) -> FakeStore:
        return FakeStore()


@pytest.fixture
def world() -> World:
    return World()


async def _person(world: World, email: str = "ada@example.org") -> str:
    account, _ = await sign_up(world.ports, email, "a long enough secret", "")
    return account.user_id


async def _started(world: World) -> DeviceCodes:
    return await start_device_sign_in(world.ports, "stripsession on ada-laptop", "203.0.113.7")


@given(st.integers(0, 3), st.sampled_from(["{}", " {} ", "{}", "{}"]))
def test_a_code_is_read_however_it_is_typed(hyphen: int, frame: str) -> None:
    """Case, spaces and hyphens make no difference to a code that was read off a screen."""
    code = new_user_code()
    assert re.fullmatch(r"[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}", code)
    spelled = frame.format(code.replace("-", ["-", " ", "", "\u2011"][hyphen]).lower())
    assert plain_user_code(spelled) == code.replace("-", "")


@given(st.text(max_size=20))
def test_what_is_no_code_is_none(text: str) -> None:
    """Any text may be typed; what it gives is empty or eight letters."""
    assert re.fullmatch(r"([B-DF-HJ-NP-TV-XZ]{8})?", plain_user_code(text))


@pytest.mark.parametrize("name", ["", " \t", "\u202e", "n" * 101])
def test_a_program_has_a_name(name: str) -> None:
    """What asks says what it is, so that somebody can judge it."""
    with pytest.raises(ClientNameInvalid):
        clean_client_name(name)


async def test_an_approved_program_gets_one_session(world: World) -> None:
    """Who approves sees what asks and from where, and the program gets a session of theirs, once."""
    person, codes = await _person(world), await _started(world)
    with pytest.raises(DeviceSignInPending):
        await redeem_device_sign_in(world.ports, codes.device_code)
    shown = await describe_device_sign_in(world.ports, person, codes.user_code)
    assert (shown.client_name, shown.address) == ("stripsession on ada-laptop", "203.0.113.7")
    await answer_device_sign_in(world.ports, person, codes.user_code, approve=True)
    account, tokens = await redeem_device_sign_in(world.ports, codes.device_code)
    assert account.user_id == tokens.user_id == person
    with pytest.raises(DeviceCodeNotFound):
        await redeem_device_sign_in(world.ports, codes.device_code)
    assert codes.device_code not in repr(world.store.rows)


async def test_a_refused_program_gets_nothing(world: World) -> None:
    """A refusal is told, and the first answer stands, whoever gives the second."""
    person, codes = await _person(world), await _started(world)
    await answer_device_sign_in(world.ports, person, codes.user_code, approve=False)
    with pytest.raises(DeviceCodeNotFound):
        await answer_device_sign_in(world.ports, await _person(world, "b@example.org"), codes.user_code, approve=True)
    with pytest.raises(DeviceCodeNotFound):
        await describe_device_sign_in(world.ports, person, codes.user_code)
    for _ in range(2):
        with pytest.raises(DeviceRefused):
            await redeem_device_sign_in(world.ports, codes.device_code)
    assert len(world.store.rows.sessions) == 2


async def test_who_looks_first_is_the_only_one_who_answers(world: World) -> None:
    """A code that somebody looks at is from then on as good as none to everybody else."""
    person, other, codes = await _person(world), await _person(world, "b@example.org"), await _started(world)
    await describe_device_sign_in(world.ports, person, codes.user_code)
    with pytest.raises(DeviceCodeNotFound):
        await describe_device_sign_in(world.ports, other, codes.user_code)
    with pytest.raises(DeviceCodeNotFound):
        await answer_device_sign_in(world.ports, other, codes.user_code, approve=True)
    with pytest.raises(AccountNotFound):
        await describe_device_sign_in(world.ports, "usr_nobody", (await _started(world)).user_code)
    await describe_device_sign_in(world.ports, person, codes.user_code)
    await answer_device_sign_in(world.ports, person, codes.user_code, approve=True)
    account, _ = await redeem_device_sign_in(world.ports, codes.device_code)
    assert account.user_id == person


async def test_an_approval_ends_with_the_sessions(world: World) -> None:
    """What was approved and not yet fetched goes when other sessions are ended: a thief may have approved it."""
    person, codes, other = await _person(world), await _started(world), await _started(world)
    stranger = await _person(world, "b@example.org")
    await answer_device_sign_in(world.ports, person, codes.user_code, approve=True)
    await answer_device_sign_in(world.ports, stranger, other.user_code, approve=True)
    (kept,) = await list_sessions(world.ports, person)
    assert await end_other_sessions(world.ports, person, kept.session_id) == 0
    with pytest.raises(DeviceCodeNotFound):
        await redeem_device_sign_in(world.ports, codes.device_code)
    assert await list_sessions(world.ports, person) == [kept]
    account, _ = await redeem_device_sign_in(world.ports, other.device_code)
    assert account.user_id == stranger


async def test_its_session_is_known_by_its_name(world: World) -> None:
    """In the list of sessions a program stands as what was approved."""
    person, codes = await _person(world), await _started(world)
    await answer_device_sign_in(world.ports, person, codes.user_code, approve=True)
    await redeem_device_sign_in(world.ports, codes.device_code)
    sessions = await list_sessions(world.ports, person)
    assert sorted(session.device for session in sessions) == ["", "stripsession on ada-laptop"]


async def test_codes_run_out(world: World) -> None:
    """After ten minutes neither code does anything, approved or not, and the next purge forgets them."""
    person, codes, other = await _person(world), await _started(world), await _started(world)
    await answer_device_sign_in(world.ports, person, codes.user_code, approve=True)
    world.clock.advance(minutes=10)
    for code in (codes, other):
        with pytest.raises(DeviceCodeNotFound):
            await redeem_device_sign_in(world.ports, code.device_code)
    with pytest.raises(DeviceCodeNotFound):
        await answer_device_sign_in(world.ports, person, other.user_code, approve=True)
    world.clock.advance(seconds=1)
    await forget_remains(world.ports)
    assert not world.store.rows.devices


async def test_who_hurries_waits_longer(world: World) -> None:
    """A program that asks sooner than told has to wait five seconds more from then on, up to a minute."""
    codes = await _started(world)
    with pytest.raises(DeviceSignInPending):
        await redeem_device_sign_in(world.ports, codes.device_code)
    waits = []
    for _ in range(14):
        world.clock.advance(seconds=1)
        with pytest.raises(DeviceAskedTooSoon) as told:
            await redeem_device_sign_in(world.ports, codes.device_code)
        waits.append(told.value.retry_after_s)
    assert waits[:3] == [2 * INTERVAL_S, 3 * INTERVAL_S, 4 * INTERVAL_S]
    assert waits[-1] == INTERVAL_S_MAX
    world.clock.advance(seconds=INTERVAL_S_MAX)
    with pytest.raises(DeviceSignInPending):
        await redeem_device_sign_in(world.ports, codes.device_code)
