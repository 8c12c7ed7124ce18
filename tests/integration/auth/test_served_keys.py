"""API keys as the gateway meets them: real certificates, real PostgreSQL, many requests at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

import grpc
import pytest

from chassis.rpc.errors import from_error
from services.auth.domain.api_key import KEYS_MAX
from stripsession.auth.v1 import api_key_service_pb2 as pb
from stripsession.auth.v1 import auth_service_pb2
from tests.integration.auth.test_served import Served, served

__all__ = ["served"]

SCOPES = ["tracks:read"]


async def _refused(call: Awaitable[object]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    refusal = from_error(caught.value)
    return refusal.code, refusal.reason


async def _person(served: Served) -> str:
    request = auth_service_pb2.SignUpRequest(
        email="ada@example.org", password="a long enough secret", confirms_age=True
    )
    return (await served.auth.SignUp(request)).account.user_id


async def test_a_keys_whole_way(served: Served) -> None:
    """A key is made, listed without its secret, used, and gone once it is revoked."""
    person = await _person(served)
    made = await served.keys.CreateApiKey(pb.CreateApiKeyRequest(user_id=person, name="backup", scopes=SCOPES))
    assert (made.key.expires_at.ToDatetime() - made.key.created_at.ToDatetime()).days == 90
    listed = await served.keys.ListApiKeys(pb.ListApiKeysRequest(user_id=person))
    assert list(listed.keys) == [made.key]
    verified = await served.keys.VerifyApiKey(pb.VerifyApiKeyRequest(secret=made.secret))
    assert (verified.user_id, list(verified.scopes)) == (person, SCOPES)
    listed = await served.keys.ListApiKeys(pb.ListApiKeysRequest(user_id=person))
    assert listed.keys[0].last_used_on == served.clock.now().date().isoformat()
    await served.keys.RevokeApiKey(pb.RevokeApiKeyRequest(user_id=person, key_id=made.key.key_id))
    assert await _refused(served.keys.VerifyApiKey(pb.VerifyApiKeyRequest(secret=made.secret))) == (
        grpc.StatusCode.UNAUTHENTICATED,
        "API_KEY_REFUSED",
    )
    assert await served.database.pool.fetchval("SELECT count(outbox.fact_id) FROM outbox") == 2


async def test_many_made_at_once_are_no_more_than_allowed(served: Served) -> None:
    """However many ask at the same moment, a person gets as many keys as they may have."""
    person = await _person(served)
    request = pb.CreateApiKeyRequest(user_id=person, name="backup", scopes=SCOPES, never_expires=True)
    asking = (served.keys.CreateApiKey(request) for _ in range(KEYS_MAX + 5))
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert sum(isinstance(answer, pb.CreateApiKeyResponse) for answer in answers) == KEYS_MAX


async def test_one_request_sent_many_times_at_once_makes_one_key(served: Served) -> None:
    """Of the same request sent at the same moment one is answered, and the others are told that it was."""
    person = await _person(served)
    request = pb.CreateApiKeyRequest(user_id=person, name="backup", scopes=SCOPES, idempotency_key="once")
    answers = await asyncio.gather(*(served.keys.CreateApiKey(request) for _ in range(5)), return_exceptions=True)
    (made,) = [answer for answer in answers if isinstance(answer, pb.CreateApiKeyResponse)]
    listed = await served.keys.ListApiKeys(pb.ListApiKeysRequest(user_id=person))
    assert [key.key_id for key in listed.keys] == [made.key.key_id]
    assert await _refused(served.keys.CreateApiKey(request)) == (grpc.StatusCode.ALREADY_EXISTS, "SECRET_TOLD")


async def test_a_key_used_by_many_at_once_is_written_once(served: Served) -> None:
    """A day's first use notes the day, and no use waits for another's note."""
    person = await _person(served)
    made = await served.keys.CreateApiKey(pb.CreateApiKeyRequest(user_id=person, name="backup", scopes=SCOPES))
    request = pb.VerifyApiKeyRequest(secret=made.secret)
    answers = await asyncio.gather(*(served.keys.VerifyApiKey(request) for _ in range(20)))
    assert {answer.key_id for answer in answers} == {made.key.key_id}


async def test_no_secret_is_kept_or_logged(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    """What a key's holder shows is in no row and in no log."""
    caplog.set_level(logging.DEBUG)
    person = await _person(served)
    made = await served.keys.CreateApiKey(pb.CreateApiKeyRequest(user_id=person, name="backup", scopes=SCOPES))
    await served.keys.VerifyApiKey(pb.VerifyApiKeyRequest(secret=made.secret))
    row = await served.database.pool.fetchval("SELECT row_to_json(api_keys)::text FROM api_keys")
    said = row + "".join(record.getMessage() + repr(record.__dict__) for record in caplog.records)
    assert made.key.key_id in said
    assert made.secret not in said
    assert made.secret[:-6].removeprefix("sks_live_") not in said
