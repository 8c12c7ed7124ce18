"""Good tokens of sessions that have ended."""

from __future__ import annotations

import asyncio
import datetime

import pytest

from services.gateway.clients.living_verifier import LivingVerifier
from services.gateway.domain.ended_sessions import EndedSessions
from services.gateway.domain.errors import BackendAway, TokenRefused
from services.gateway.domain.identity import Identity

NOW = datetime.datetime.now(datetime.UTC)


class Trusting:
    """Takes any token for the name of a session."""

    async def verify(self, token: str) -> Identity:
        if not token:
            raise TokenRefused("no token")
        return Identity(user_id="usr_1", session_id=token, expires_at=NOW)


async def test_an_ended_session_is_refused_and_no_other() -> None:
    """A token of an ended session is refused, one of another session is not, and what was bad before stays bad."""
    ended, known = EndedSessions(), asyncio.Event()
    known.set()
    verifier = LivingVerifier(Trusting(), ended, known)
    assert (await verifier.verify("ses_a")).session_id == "ses_a"
    ended.note("ses_a", NOW + datetime.timedelta(minutes=1), NOW)
    for token in ("ses_a", ""):
        with pytest.raises(TokenRefused):
            await verifier.verify(token)
    assert (await verifier.verify("ses_b")).session_id == "ses_b"


async def test_nobody_is_let_in_before_the_ends_are_known() -> None:
    """Before the first reading a token can neither be believed nor refused; who asks waits for it, not for ever."""
    known = asyncio.Event()
    verifier = LivingVerifier(Trusting(), EndedSessions(), known, known_s=0.01)
    with pytest.raises(BackendAway):
        await verifier.verify("ses_a")
    patient = LivingVerifier(Trusting(), EndedSessions(), known, known_s=60)
    waiting = asyncio.create_task(patient.verify("ses_a"))
    known.set()
    assert (await waiting).session_id == "ses_a"
