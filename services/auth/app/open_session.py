"""Begin a session for somebody who has proved who they are."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from services.auth.app.ports import Ports, Work
from services.auth.domain.identifiers import fingerprint, new_secret, new_session_id
from services.auth.domain.session import RefreshToken, Session, SessionTokens, clean_device


async def open_session(
    ports: Ports,
    work: Work,
    user_id: str,
    device: str = "",
    *,
    methods: Sequence[str] = (),
    shown_at: datetime.datetime | None = None,
) -> SessionTokens:
    """A new session's first tokens, stored within the caller's unit of work. `device` is what its owner sees it as.

    `methods` are how the person has shown who they are, now or at `shown_at`; without one nobody did in this session.
    """
    now = ports.clock.now()
    session = Session(
        session_id=new_session_id(),
        user_id=user_id,
        created_at=now,
        last_used_at=now,
        expires_at=now + ports.lives.session_idle,
        device=clean_device(device),
        authenticated_at=(shown_at or now) if methods else None,
        methods=tuple(methods),
    )
    refresh_token = new_secret()
    await work.sessions.add(session, RefreshToken(fingerprint(refresh_token), session.session_id, session.expires_at))
    return SessionTokens(
        user_id=user_id,
        access=ports.signer.sign(session, now),
        refresh_token=refresh_token,
        refresh_expires_at=session.expires_at,
    )
