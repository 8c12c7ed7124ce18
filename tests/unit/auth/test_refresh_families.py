"""Families of refresh tokens under every order of use, reuse, sign-out and time."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from services.auth.app.refresh_session import refresh_session
from services.auth.app.sign_in import sign_in
from services.auth.app.sign_out import sign_out
from services.auth.domain.errors import RefreshTokenReused, SessionEnded
from tests.unit.auth.fakes import LIVES, World
from tests.unit.auth.signing_up import sign_up

EMAIL, PASSWORD = "ada@example.org", "a long enough secret"


@dataclasses.dataclass
class Family:
    """The model of one session: which tokens it had, the last of which is good while it lives."""

    tokens: list[str]
    used_at: datetime.datetime
    ended: bool = False


class RefreshFamilies(RuleBasedStateMachine):
    tokens = Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.families: list[Family] = []
        self.of_token: dict[str, Family] = {}

    @initialize(target=tokens)
    def begin(self) -> str:
        _, tokens = asyncio.run(sign_up(self.world.ports, EMAIL, PASSWORD, ""))
        return self._new_family(tokens.refresh_token)

    @rule(target=tokens)
    def sign_in(self) -> str:
        _, tokens = asyncio.run(sign_in(self.world.ports, EMAIL, PASSWORD))
        return self._new_family(tokens.refresh_token)

    @rule(target=tokens, token=tokens)
    def refresh(self, token: str) -> str:
        family = self.of_token[token]
        now = self.world.clock.now()
        is_last, idle = token == family.tokens[-1], now >= family.used_at + LIVES.session_idle
        if is_last and not family.ended and not idle:
            answer = asyncio.run(refresh_session(self.world.ports, token))
            assert answer.refresh_token not in self.of_token
            assert answer.refresh_expires_at == now + LIVES.session_idle
            family.tokens.append(answer.refresh_token)
            family.used_at = now
            self.of_token[answer.refresh_token] = family
            return answer.refresh_token
        with pytest.raises(SessionEnded) as caught:
            asyncio.run(refresh_session(self.world.ports, token))
        assert isinstance(caught.value, RefreshTokenReused) == (not is_last and not family.ended)
        family.ended = family.ended or not is_last
        return token

    @rule(token=tokens)
    def sign_out(self, token: str) -> None:
        asyncio.run(sign_out(self.world.ports, token))
        self.of_token[token].ended = True

    @rule(hours=st.integers(1, 24 * 20))
    def wait(self, hours: int) -> None:
        self.world.clock.advance(hours=hours)

    @invariant()
    def one_good_token_a_living_session(self) -> None:
        rows = self.world.store.rows
        for session in rows.sessions.values():
            unspent = [
                token
                for token in rows.tokens.values()
                if token.session_id == session.session_id and token.spent_at is None
            ]
            assert len(unspent) == 1
        assert sum(session.ended_at is not None for session in rows.sessions.values()) == sum(
            family.ended for family in self.families
        )

    def _new_family(self, token: str) -> str:
        family = Family([token], self.world.clock.now())
        self.families.append(family)
        self.of_token[token] = family
        return token


TestRefreshFamilies = RefreshFamilies.TestCase


async def test_reuse_ends_the_family_for_good() -> None:
    """After a spent token came back, no token of its session ever works, and other sessions do."""
    world = World()
    _, first = await sign_up(world.ports, EMAIL, PASSWORD, "")
    _, other = await sign_in(world.ports, EMAIL, PASSWORD)
    second = await refresh_session(world.ports, first.refresh_token)
    third = await refresh_session(world.ports, second.refresh_token)
    with pytest.raises(RefreshTokenReused) as caught:
        await refresh_session(world.ports, first.refresh_token)
    assert str(caught.value) == ""
    for tokens in (first, second, third):
        with pytest.raises(SessionEnded):
            await refresh_session(world.ports, tokens.refresh_token)
    assert (await refresh_session(world.ports, other.refresh_token)).user_id == other.user_id


async def test_reuse_after_the_tokens_own_end() -> None:
    """A spent token betrays its family for as long as it is known, also past its own thirty days."""
    world = World()
    _, first = await sign_up(world.ports, EMAIL, PASSWORD, "")
    world.clock.advance(days=20)
    second = await refresh_session(world.ports, first.refresh_token)
    world.clock.advance(days=20)
    with pytest.raises(RefreshTokenReused):
        await refresh_session(world.ports, first.refresh_token)
    with pytest.raises(SessionEnded):
        await refresh_session(world.ports, second.refresh_token)


async def test_concurrent_use_of_one_token() -> None:
    """Of two uses at once one wins, and the other ends the family."""
    world = World()
    _, first = await sign_up(world.ports, EMAIL, PASSWORD, "")
    won = None
    with contextlib.suppress(RefreshTokenReused):
        answers = await asyncio.gather(
            *(refresh_session(world.ports, first.refresh_token) for _ in range(2)), return_exceptions=True
        )
        (won,) = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert won is not None
    with pytest.raises(SessionEnded):
        await refresh_session(world.ports, won.refresh_token)
