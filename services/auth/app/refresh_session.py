"""Exchange a refresh token for the next pair."""

from __future__ import annotations

from services.auth.app.close_session import close_session
from services.auth.app.ports import Ports
from services.auth.domain.errors import RefreshTokenReused, SessionEnded
from services.auth.domain.identifiers import fingerprint, new_secret
from services.auth.domain.session import RefreshToken, Session, SessionTokens, Verdict, judge


async def refresh_session(ports: Ports, refresh_token: str) -> SessionTokens:
    """New tokens of the same session; the shown one is spent.

    Raises SessionEnded, or its kind RefreshTokenReused after the whole family was ended.
    """
    async with ports.store.transaction() as work:
        found = await work.sessions.locked(fingerprint(refresh_token))
        if found is None:
            raise SessionEnded
        session, token = found
        now = ports.clock.now()
        verdict = judge(session, token, now)
        if verdict is Verdict.OVER:
            raise SessionEnded
        if verdict is Verdict.GOOD:
            used = session.used(now, now + ports.lives.session_idle)
            successor = new_secret()
            fresh = RefreshToken(fingerprint(successor), session.session_id, used.expires_at)
            await work.sessions.rotate(used, token, now, fresh)
            return _tokens(ports, used, successor)
        await close_session(ports, work, session.session_id, now)
    # Raised outside the block: the end of the family must be committed.
    raise RefreshTokenReused(session.session_id, session.user_id)


def _tokens(ports: Ports, session: Session, refresh_token: str) -> SessionTokens:
    return SessionTokens(
        user_id=session.user_id,
        access=ports.signer.sign(session, session.last_used_at),
        refresh_token=refresh_token,
        refresh_expires_at=session.expires_at,
    )
