"""Sessions and keys that end while the body of a request that they let in is still on its way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from services.gateway.api.admission import Admission
from services.gateway.api.endpoint import Call
from services.gateway.api.upload_body import CHUNK_BYTES
from services.gateway.api.upload_routes import CHUNK_TYPE
from services.gateway.clients import key_verifier
from services.gateway.domain.ended_sessions import EndedSessions
from tests.contract.openapi_document import Json, operations
from tests.integration.gateway.conftest import OWNER, Door
from tests.integration.gateway.example_requests import request_of
from tests.integration.gateway.test_routes import TUS, check_problem
from tests.integration.gateway.test_uploads import CHUNK, create

CHANGING = [
    each
    for each in operations()
    # Who renews a session shows the token that is renewed, and auth looks at it then.
    if each[2]["security"] and {} not in each[2]["security"]
    # An upload takes its body piece by piece, and has promises of its own below.
    if each[2].get("requestBody", {}).get("content", {}).keys() - {CHUNK_TYPE}
]


class Slow:
    """A body that pauses once its request was let in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.admitted = asyncio.Event()
        self.is_over = False
        held = Admission.held

        def noted(admission: Admission, call: Call) -> contextlib.AbstractContextManager[None]:
            self.admitted.set()
            return held(admission, call)

        monkeypatch.setattr(Admission, "held", noted)
        monkeypatch.setattr(EndedSessions, "__contains__", lambda _, __: self.is_over)

    def end(self) -> None:
        self.is_over = True

    async def body(self, first: bytes, meanwhile: Callable[[], None], rest: bytes) -> AsyncIterator[bytes]:
        yield first
        await self.admitted.wait()
        meanwhile()
        yield rest


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    return Slow(monkeypatch)


@pytest.mark.parametrize(("method", "path", "operation"), CHANGING, ids=[each[2]["operationId"] for each in CHANGING])
async def test_a_body_of_an_ended_session_changes_nothing(
    door: Door, slow: Slow, method: str, path: str, operation: Json
) -> None:
    """Whatever changes something looks again whether its session goes on once the last of its body is there."""
    request = request_of(method.upper(), path, operation)
    content = request.read()
    headers = {**request.headers, **door.bearer()}
    del headers["host"], headers["content-length"]
    target = str(request.url).removeprefix("http://gateway")
    ended = await door.http.request(
        method, target, headers=headers, content=slow.body(content[:1], slow.end, content[1:])
    )
    check_problem(ended, 401, "UNAUTHENTICATED")
    assert ended.json()["detail"] == "The session has ended meanwhile."


@pytest.mark.parametrize("rest", [[CHUNK_BYTES, CHUNK_BYTES], [100]], ids=["in pieces", "the last, a part of one"])
async def test_an_upload_of_an_ended_session_goes_no_further(door: Door, slow: Slow, rest: list[int]) -> None:
    """What arrived before stays; what comes after is not taken, so that the file is never whole."""
    location = await create(door, CHUNK_BYTES + sum(rest))
    slow.admitted.clear()
    content = door.library.contents[location.rsplit("/", 1)[1]]

    async def body() -> AsyncIterator[bytes]:
        yield bytes(CHUNK_BYTES)
        async with door.library.arrived:
            await door.library.arrived.wait_for(lambda: len(content) == CHUNK_BYTES)
        slow.end()
        for size_bytes in rest:
            yield bytes(size_bytes)

    headers = {**door.bearer(), **TUS, **CHUNK, "Upload-Offset": "0"}
    check_problem(await door.http.patch(location, content=body(), headers=headers), 401, "UNAUTHENTICATED")
    assert len(content) == CHUNK_BYTES


async def test_a_body_of_a_revoked_key_changes_nothing(door: Door, slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is looked at again as well; while nobody can tell, what was let in goes on."""
    monkeypatch.setattr(key_verifier, "KEPT_S", 0.0)
    monkeypatch.setattr(key_verifier, "AWAY_S", 0.0)
    _, secret = door.api_keys.add(OWNER, "tracks:write")
    track = door.library.add_track(OWNER)
    target, headers = f"/v1/tracks/{track.track_id}", {"Authorization": f"Bearer {secret}"}
    headers["Content-Type"] = "application/json"

    def away() -> None:
        door.api_keys.is_away = True

    unheard = slow.body(b"{", away, b'"title": "Dusk"}')
    assert (await door.http.patch(target, content=unheard, headers=headers)).status_code == 200
    door.api_keys.is_away = False
    slow.admitted.clear()
    revoked = slow.body(b"{", door.api_keys.by_secret.clear, b'"title": "Dawn"}')
    check_problem(await door.http.patch(target, content=revoked, headers=headers), 401, "UNAUTHENTICATED")
    assert track.title == "Dusk"
