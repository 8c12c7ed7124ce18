"""Somebody without an account plays what they were sent, until the sender ends it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.paths import BUNDLED_SONG
from tests.stories.house import House, Listener

VIEW = {"mix": {"vocals": {"gain_db": -60.0}}, "loop_s": [1.5, 9.25], "key_steps": -2, "tempo": 0.8}


@pytest.fixture
def guest(house: House) -> Iterator[httpx.Client]:
    """Nobody in particular."""
    with httpx.Client(base_url=house.url, timeout=60) as client:
        yield client


def test_a_link_is_played_by_a_guest_until_it_is_revoked(house: House, listener: Listener, guest: httpx.Client) -> None:
    """A guest hears the very segments of the song with the view that was shared, and nothing once the link ended."""
    track_id = listener.add_track("First Light.ogg", BUNDLED_SONG.read_bytes())
    listener.wait(track_id)
    path = f"/v1/tracks/{track_id}/shares"
    revoked, orphaned = [_made(listener, path) for _ in range(2)]
    opened = guest.post("/v1/shares/open", json={"token": revoked["token"]}).json()
    assert opened["view"] == VIEW
    held = {"X-Share-Token": revoked["token"]}
    manifest = guest.get("/v1/shares/manifest", headers=held).json()
    own = listener.http.get(f"/v1/tracks/{track_id}/manifest").json()
    assert manifest["segments"] == own["segments"]
    assert manifest["analysis"] == own["analysis"]
    for stem in opened["track"]["stems"]:
        shared = guest.get(f"/v1/shares/segments/{stem}/0", headers=held)
        assert shared.content == listener.http.get(f"/v1/tracks/{track_id}/segments/{stem}/0").content
    assert guest.get(f"/v1/tracks/{track_id}/download.zip", headers=held).status_code == 401
    assert listener.http.delete(f"{path}/{revoked['share_id']}").status_code == 204
    _check_ended(guest, revoked["token"])
    assert guest.post("/v1/shares/open", json={"token": orphaned["token"]}).status_code == 200
    assert listener.http.delete(f"/v1/tracks/{track_id}").status_code == 204
    _check_ended(guest, orphaned["token"])
    _check_ended(guest, secrets.token_urlsafe(32))
    logs = [file.read_text(errors="replace") for file in house.data.rglob("*.log")] + [house.log.read_text()]
    assert not any(link["token"] in text for link in (revoked, orphaned) for text in logs)


def _made(listener: Listener, path: str) -> dict[str, Any]:
    answer = listener.http.post(path, json={"view": VIEW, "expires_in_s": 3600})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _check_ended(guest: httpx.Client, token: str) -> None:
    held = {"X-Share-Token": token}
    answers = [
        guest.post("/v1/shares/open", json={"token": token}),
        guest.get("/v1/shares/manifest", headers=held),
        guest.get("/v1/shares/segments/vocals/0", headers=held),
    ]
    assert [(answer.status_code, answer.json()["reason"]) for answer in answers] == [(404, "SHARE_NOT_FOUND")] * 3
