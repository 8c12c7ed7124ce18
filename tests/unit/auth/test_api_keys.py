"""What an API key is, and what making, showing and revoking one does."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.app.create_api_key import create_api_key
from services.auth.app.forget_remains import forget_remains
from services.auth.app.list_api_keys import list_api_keys
from services.auth.app.revoke_api_key import revoke_api_key
from services.auth.app.verify_api_key import verify_api_key
from services.auth.domain.api_key import (
    KEYS_MAX,
    LIFE_DAYS_DEFAULT,
    LIFE_DAYS_MAX,
    SCOPES,
    ApiKey,
    checked_scopes,
    clean_key_name,
    digest_of,
    end_of,
    new_key_secret,
)
from services.auth.domain.errors import (
    AccountNotFound,
    ApiKeyLifeInvalid,
    ApiKeyNameInvalid,
    ApiKeyNotFound,
    ApiKeyRefused,
    IdempotencyKeyReused,
    ScopesInvalid,
    SecretTold,
    TooManyApiKeys,
)
from services.auth.domain.facts import ApiKeyRevoked
from tests.unit.auth.api_key_conformance import ApiKeyConformance
from tests.unit.auth.fakes import FakeStore, World
from tests.unit.auth.signing_up import sign_up

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
SHAPE = re.compile(r"sks_live_[0-9A-Za-z]{49}")
"""As docs/api.md tells it to whoever scans for lost keys."""


class TestFakeStore(ApiKeyConformance):
    @pytest.fixture
    def store(self) -> FakeStore:
        return FakeStore()


@pytest.fixture
def world() -> World:
    return World()


async def _person(world: World, email: str = "ada@example.org") -> str:
    account, _ = await sign_up(world.ports, email, "a long enough secret", "")
    return account.user_id


async def _made(
    world: World, user_id: str, name: str = "backup", life_days: int = 0, *, never: bool = False, request: str = ""
) -> tuple[ApiKey, str]:
    scopes = ["downloads", "tracks:read"]
    return await create_api_key(world.ports, user_id, name, scopes, life_days, never=never, idempotency_key=request)


def test_keys_look_alike_and_differ() -> None:
    """Every key has the one shape, and no two are the same."""
    secrets = {new_key_secret() for _ in range(200)}
    assert len(secrets) == 200
    assert all(SHAPE.fullmatch(secret) for secret in secrets)
    assert len({digest_of(secret) for secret in secrets} - {None}) == 200


@given(st.integers(0, 57), st.sampled_from("0Aa9zZ-_ \n"))
def test_a_slip_is_no_key(place: int, character: str) -> None:
    """A key with one character changed is told from a key without asking anybody."""
    secret = new_key_secret()
    slipped = secret[:place] + character + secret[place + 1 :]
    assert (digest_of(slipped) is None) is (slipped != secret)


@given(st.text(max_size=80))
def test_anything_else_is_no_key(text: str) -> None:
    """Any text may be shown as a key, and none but a key is taken for one."""
    assert digest_of(text) is None
    assert digest_of(new_key_secret() + text) is None or text == ""


@given(st.lists(st.sampled_from(SCOPES), min_size=1))
def test_scopes_are_each_once(scopes: list[str]) -> None:
    """Scopes are kept once each and in one order, however they were asked for."""
    assert checked_scopes(scopes) == tuple(scope for scope in SCOPES if scope in scopes)


@pytest.mark.parametrize("scopes", [[], ["tracks"], ["tracks:read", "admin"], [""]])
def test_unknown_scopes_are_refused(scopes: list[str]) -> None:
    """A key is for something, and for nothing that there is not."""
    with pytest.raises(ScopesInvalid):
        checked_scopes(scopes)


@given(st.integers(-10, 10_000), st.booleans())
def test_a_life_is_a_day_to_a_year_or_endless_when_asked(days: int, never: bool) -> None:
    """A key ends after its days, after 90 when nothing is said, and never only when that is said instead of days."""
    if (never and days) or not 0 <= days <= LIFE_DAYS_MAX:
        with pytest.raises(ApiKeyLifeInvalid):
            end_of(NOW, days, never=never)
        return
    end = end_of(NOW, days, never=never)
    assert end == (None if never else NOW + datetime.timedelta(days=days or LIFE_DAYS_DEFAULT))


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "\x00", "n" * 101])
def test_a_name_can_be_seen(name: str) -> None:
    """A key whose name shows nothing, or too much, is refused."""
    with pytest.raises(ApiKeyNameInvalid):
        clean_key_name(name)


async def test_a_key_speaks_for_its_person(world: World) -> None:
    """What is told once is taken for its person and scopes, and nothing that is kept is it."""
    person = await _person(world)
    key, secret = await _made(world, person, "  my\tbackup ")
    assert (key.name, key.scopes, key.ending) == ("my backup", ("tracks:read", "downloads"), secret[-4:])
    verified = await verify_api_key(world.ports, secret)
    assert (verified.key_id, verified.user_id) == (key.key_id, person)
    assert secret not in repr(world.store.rows)
    assert secret[:-6] not in repr(world.store.rows)


async def test_a_key_that_is_over_is_refused_as_one_that_never_was(world: World) -> None:
    """Unknown, expired and revoked keys are refused in the same words, from the very moment on."""
    person = await _person(world)
    day, day_secret = await _made(world, person, life_days=1)
    endless, endless_secret = await _made(world, person, never=True)
    with pytest.raises(ApiKeyRefused):
        await verify_api_key(world.ports, new_key_secret())
    await verify_api_key(world.ports, day_secret)
    world.clock.advance(days=1)
    with pytest.raises(ApiKeyRefused):
        await verify_api_key(world.ports, day_secret)
    assert {each.key_id for each in await list_api_keys(world.ports, person)} == {endless.key_id, day.key_id}
    world.clock.advance(days=3650)
    await verify_api_key(world.ports, endless_secret)
    await revoke_api_key(world.ports, person, endless.key_id)
    with pytest.raises(ApiKeyRefused):
        await verify_api_key(world.ports, endless_secret)


async def test_a_revocation_is_told_once(world: World) -> None:
    """Revoking again changes and tells nothing; another's key is as absent as none."""
    person, other = await _person(world), await _person(world, "bob@example.org")
    key, _ = await _made(world, person)
    with pytest.raises(ApiKeyNotFound):
        await revoke_api_key(world.ports, other, key.key_id)
    await revoke_api_key(world.ports, person, key.key_id)
    await revoke_api_key(world.ports, person, key.key_id)
    assert world.store.rows.facts.count(ApiKeyRevoked(key.key_id, person)) == 1


async def test_use_is_noted_by_the_day(world: World) -> None:
    """A key tells on which day it was last used, and no closer."""
    person = await _person(world)
    key, secret = await _made(world, person)
    assert key.last_used_on is None
    await verify_api_key(world.ports, secret)
    day = world.clock.now().date()
    world.clock.advance(hours=1)
    await verify_api_key(world.ports, secret)
    (found,) = await list_api_keys(world.ports, person)
    assert found.last_used_on == day


async def test_keys_are_limited_in_number(world: World) -> None:
    """A person has so many keys that work, and room again once one is revoked or has expired."""
    person = await _person(world)
    keys = [(await _made(world, person, life_days=number + 1))[0] for number in range(KEYS_MAX)]
    with pytest.raises(TooManyApiKeys):
        await _made(world, person)
    await revoke_api_key(world.ports, person, keys[-1].key_id)
    await _made(world, person)
    with pytest.raises(TooManyApiKeys):
        await _made(world, person)
    world.clock.advance(days=1)
    await _made(world, person)
    with pytest.raises(AccountNotFound):
        await _made(world, "usr_nobody")


async def test_a_request_sent_twice_makes_one_key(world: World) -> None:
    """A replay is told what was made and not the secret, another request of its name is a mistake, for a day."""
    person, other = await _person(world), await _person(world, "bob@example.org")
    key, _ = await _made(world, person, request="r1")
    with pytest.raises(SecretTold) as told:
        await _made(world, person, request="r1")
    assert told.value.facts == {"key_id": key.key_id}
    with pytest.raises(IdempotencyKeyReused):
        await _made(world, person, "another", request="r1")
    await _made(world, other, request="r1")
    await _made(world, person, request="r2")
    world.clock.advance(hours=24, seconds=1)
    again, _ = await _made(world, person, "another", request="r1")
    assert again.key_id != key.key_id


async def test_what_is_over_is_forgotten(world: World) -> None:
    """A week after its end, nothing of a key is left."""
    person = await _person(world)
    key, _ = await _made(world, person)
    await revoke_api_key(world.ports, person, key.key_id)
    world.clock.advance(days=6)
    await forget_remains(world.ports)
    assert world.store.rows.keys
    world.clock.advance(days=2)
    await forget_remains(world.ports)
    assert not world.store.rows.keys
