"""Domain to messages."""

from __future__ import annotations

import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from services.auth.domain.account import Account
from services.auth.domain.second_factor import IssuedChallenge
from services.auth.domain.session import Session, SessionTokens
from stripsession.auth.v1 import account_pb2, account_security_service_pb2, auth_service_pb2


def account_message(account: Account) -> account_pb2.Account:
    """An account as its owner sees it."""
    return account_pb2.Account(
        user_id=account.user_id,
        email=account.email.typed,
        display_name=account.display_name,
        created_at=timestamp(account.created_at),
        email_verified=account.email_verified_at is not None,
        age_confirmed=account.age_confirmed_at is not None,
    )


def tokens_message(tokens: SessionTokens) -> account_pb2.SessionTokens:
    """What a client holds after signing in."""
    return account_pb2.SessionTokens(
        access_token=tokens.access.text,
        access_expires_at=timestamp(tokens.access.expires_at),
        refresh_token=tokens.refresh_token,
        refresh_expires_at=timestamp(tokens.refresh_expires_at),
        user_id=tokens.user_id,
    )


def challenge_message(challenge: IssuedChallenge) -> auth_service_pb2.SignInChallenge:
    """What a second factor is to be shown with."""
    return auth_service_pb2.SignInChallenge(
        challenge=challenge.secret, expires_at=timestamp(challenge.expires_at), methods=challenge.methods
    )


def session_message(session: Session) -> account_security_service_pb2.SignedInSession:
    """A session as its owner sees it in a list."""
    return account_security_service_pb2.SignedInSession(
        session_id=session.session_id,
        device=session.device,
        created_at=timestamp(session.created_at),
        last_used_at=timestamp(session.last_used_at),
    )


def timestamp(moment: datetime.datetime) -> Timestamp:
    """A moment as a message."""
    message = Timestamp()
    message.FromDatetime(moment)
    return message
