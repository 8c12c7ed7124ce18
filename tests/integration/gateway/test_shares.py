"""Share links over real HTTP: what their maker sees, what a guest may do with one, and that it stops."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import pytest

from stripsession.library.v1 import report_pb2, track_pb2
from tests.integration.gateway.conftest import OWNER, STRANGER, Door, OpenDoor
from tests.integration.gateway.test_routes import check_problem, check_schema

VIEW = {"mix": {"vocals": {"gain_db": -60.0, "is_muted": True}}, "loop_s": [12.5, 20], "key_steps": -2, "tempo": 0.85}
SONG = track_pb2.TRACK_STATE_READY


async def made(door: Door, track: track_pb2.Track, **body: Any) -> dict[str, Any]:
    answer = await door.http.post(f"/v1/tracks/{track.track_id}/shares", json=body, headers=door.bearer())
    assert answer.status_code == 201, answer.text
    check_schema(door, "NewShare", answer.json())
    return dict(answer.json())


async def of_guest(door: Door, token: str) -> list[httpx.Response]:
    """Everything that a link's holder may ask."""
    held = {"X-Share-Token": token}
    return [
        await door.http.post("/v1/shares/open", json={"token": token}),
        await door.http.get("/v1/shares/manifest", headers=held),
        await door.http.get("/v1/shares/segments/drums/2", headers=held),
    ]


async def check_ended(door: Door, token: str) -> None:
    """All of them are refused in the same words as for a token that never was."""
    never = await of_guest(door, "x" * 43)
    for answer, other in zip(await of_guest(door, token), never, strict=True):
        problem, unknown = check_problem(answer, 404, "SHARE_NOT_FOUND"), check_problem(other, 404)
        assert {**problem, "instance": ""} == {**unknown, "instance": ""}


async def test_a_link_is_made_opened_and_played(door: Door) -> None:
    """Whoever holds the token, signed in or not, gets the track, the view that was shared, and its segments."""
    track = door.library.add_track(OWNER, SONG, segments=3, artist="Someone")
    heard = report_pb2.Analysis(bpm=92.0, beats_s=[0.5], key="A minor")
    door.library.analyses[track.track_id] = heard
    share = await made(door, track, expires_in_s=7200, view=VIEW)
    assert (share["view"], share["path"]) == (VIEW, f"/#/shared/{share['token']}")
    assert (share["created_at"], share["expires_at"]) == ("2030-01-01T00:00:00.000Z", "2030-01-01T02:00:00.000Z")
    opened, manifest, segment = await of_guest(door, share["token"])
    check_schema(door, "OpenedShare", opened.json())
    assert (opened.json()["view"], opened.json()["expires_at"]) == (VIEW, share["expires_at"])
    assert (opened.json()["track"]["title"], opened.json()["track"]["artist"]) == ("Song", "Someone")
    check_schema(door, "SharedManifest", manifest.json())
    assert [one["index"] for one in manifest.json()["segments"]] == [0, 1, 2]
    assert (manifest.json()["analysis"]["tempo_bpm"], manifest.json()["analysis"]["beats_s"]) == (92.0, [0.5])
    assert (segment.content, segment.headers["content-type"]) == (b"fLaCdrums2", "audio/flac")
    later = await door.http.get("/v1/shares/manifest?from=2", headers={"X-Share-Token": share["token"]})
    assert [one["index"] for one in later.json()["segments"]] == [2]


async def test_a_guest_is_told_no_identifier(door: Door) -> None:
    """Neither the owner nor the track, its upload or its link can be named after what a guest is told."""
    track = door.library.add_track(OWNER, SONG, segments=1, upload_id="upl_secret")
    share = await made(door, track)
    for answer in (await of_guest(door, share["token"]))[:2]:
        for identifier in (OWNER, track.track_id, "upl_secret", share["share_id"]):
            assert identifier not in answer.text
        assert "set-cookie" not in answer.headers


async def test_a_link_plays_and_does_nothing_else(door: Door) -> None:
    """The token opens no download, no track, no list and no change, in whichever header it comes."""
    track = door.library.add_track(OWNER, SONG, segments=3)
    token = (await made(door, track))["token"]
    one = f"/v1/tracks/{track.track_id}"
    for headers in ({"X-Share-Token": token}, {"Authorization": f"Bearer {token}", "X-Share-Token": token}):
        for method, path in (
            ("GET", one),
            ("GET", f"{one}/manifest"),
            ("GET", f"{one}/segments/drums/0"),
            ("GET", f"{one}/stems/drums.flac"),
            ("GET", f"{one}/download.zip"),
            ("GET", f"{one}/shares"),
            ("PATCH", one),
            ("DELETE", one),
        ):
            assert (await door.http.request(method, path, headers=headers)).status_code == 401, path
    assert track.track_id in door.library.tracks


async def test_a_link_ends(door: Door) -> None:
    """Revoked, expired, of a deleted track, or never made: the answer is the same 404 for all."""
    track = door.library.add_track(OWNER, SONG, segments=3)
    path = f"/v1/tracks/{track.track_id}/shares"
    revoked, expired, orphaned = [await made(door, track, expires_in_s=3600 * hours) for hours in (3, 1, 3)]
    assert (await door.http.delete(f"{path}/{revoked['share_id']}", headers=door.bearer())).status_code == 204
    await check_ended(door, revoked["token"])
    door.shares.clock.advance(hours=1)
    await check_ended(door, expired["token"])
    assert [answer.status_code for answer in await of_guest(door, orphaned["token"])] == [200, 200, 200]
    del door.library.tracks[track.track_id]
    await check_ended(door, orphaned["token"])
    check_problem(await door.http.get(path, headers=door.bearer()), 404, "TRACK_NOT_FOUND")


@pytest.mark.parametrize("token", ["", "short", "a b", "x" * 400, "../../etc", "ä"])
async def test_what_is_no_token_is_not_found(door: Door, token: str) -> None:
    """A malformed token, or none, is answered like an unknown one."""
    headers = {b"X-Share-Token": token.encode()}
    check_problem(await door.http.get("/v1/shares/manifest", headers=headers), 404, "SHARE_NOT_FOUND")
    check_problem(await door.http.post("/v1/shares/open", json={"token": token}), 404, "SHARE_NOT_FOUND")
    check_problem(await door.http.get("/v1/shares/manifest"), 404, "SHARE_NOT_FOUND")


async def test_a_link_is_nobody_elses(door: Door) -> None:
    """A stranger can neither make, nor list, nor revoke the links of a track."""
    track = door.library.add_track(OWNER, SONG, segments=3)
    share = await made(door, track)
    path, stranger = f"/v1/tracks/{track.track_id}/shares", door.bearer(STRANGER)
    check_problem(await door.http.post(path, json={}, headers=stranger), 404, "TRACK_NOT_FOUND")
    check_problem(await door.http.get(path, headers=stranger), 404, "TRACK_NOT_FOUND")
    check_problem(await door.http.delete(f"{path}/{share['share_id']}", headers=stranger), 404, "TRACK_NOT_FOUND")
    assert [answer.status_code for answer in await of_guest(door, share["token"])] == [200, 200, 200]


async def test_a_token_is_told_once_and_logged_never(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """The list of links has no token, and no line of the log has one at any level."""
    track = door.library.add_track(OWNER, SONG, segments=3)
    with caplog.at_level(logging.DEBUG):
        share = await made(door, track, view=VIEW)
        listed = await door.http.get(f"/v1/tracks/{track.track_id}/shares", headers=door.bearer())
        await of_guest(door, share["token"])
        await of_guest(door, "guess" * 8 + "abc")
    check_schema(door, "Shares", listed.json())
    assert listed.json() == {"shares": [{k: v for k, v in share.items() if k not in {"token", "path"}}]}
    fields = [str(getattr(record, "fields", "")) for record in caplog.records]
    assert any("/v1/shares/manifest" in text for text in fields)
    assert not any(secret in text for secret in (share["token"], "guessguess") for text in (caplog.text, *fields))


@pytest.mark.parametrize(
    "body",
    [
        {"expires_in_s": 3599},
        {"expires_in_s": 90 * 86_400 + 1},
        {"expires_in_s": True},
        {"expires_in_s": "3600"},
        {"expires_in_s": 3600.5},
        {"view": []},
        {"view": "{}"},
        {"view": {"a": "x" * 4_096}},
        {"days": 7},
    ],
    ids=str,
)
async def test_a_link_of_another_life_or_view_is_refused(door: Door, body: dict[str, Any]) -> None:
    """Lives and views outside the limits are 422 at the door, and make no link."""
    track = door.library.add_track(OWNER)
    path = f"/v1/tracks/{track.track_id}/shares"
    check_problem(await door.http.post(path, json=body, headers=door.bearer()), 422, "INVALID_FIELD")
    odd = b'{"view": {"a": NaN}}'
    headers = {**door.bearer(), "Content-Type": "application/json"}
    check_problem(await door.http.post(path, content=odd, headers=headers), 422, "INVALID_FIELD")
    check_problem(await door.http.post(path, content=odd.replace(b"NaN", b'"\\ud800"'), headers=headers), 422)
    assert door.shares.by_token == {}


async def test_a_full_track_says_what_makes_room(door: Door) -> None:
    """Too many links of one track are a conflict with a remedy, not a pace."""
    track = door.library.add_track(OWNER)
    door.shares.is_full = True
    answer = await door.http.post(f"/v1/tracks/{track.track_id}/shares", headers=door.bearer())
    problem = check_problem(answer, 409, "TOO_MANY_SHARES")
    assert problem["action"] == "Revoke one of them first."
    assert "retry-after" not in answer.headers


async def test_what_a_guest_holds_is_asked_for_again(door: Door) -> None:
    """A segment is kept by the guest's browser only to be asked about; an ended link answers 404 to that, too."""
    track = door.library.add_track(OWNER, SONG, segments=3)
    share = await made(door, track, view={})
    path, held = "/v1/shares/segments/drums/2", {"X-Share-Token": share["token"]}
    segment = await door.http.get(path, headers=held)
    assert segment.headers["cache-control"] == "private, no-cache"
    assert segment.headers["vary"] == "X-Share-Token"
    held["If-None-Match"] = segment.headers["etag"]
    assert (await door.http.get(path, headers=held)).status_code == 304
    check_problem(await door.http.get("/v1/shares/segments/drums/3", headers=held), 404, "SEGMENT_NOT_FOUND")
    door.shares.by_token.clear()
    check_problem(await door.http.get(path, headers=held), 404, "SHARE_NOT_FOUND")


async def test_guests_are_paced_by_address(open_door: OpenDoor) -> None:
    """Trying tokens is as slow for one address as anything, and says when to come back."""
    async with open_door(requests_per_s=0.01, requests_burst=3) as door:
        body = json.dumps({"token": "x" * 43}).encode()
        headers = {"Content-Type": "application/json"}
        statuses = [
            (await door.http.post("/v1/shares/open", content=body, headers=headers)).status_code for _ in range(4)
        ]
        assert statuses == [404, 404, 404, 429]
    async with open_door(requests_in_flight_per_user=0) as door:
        check_problem(await door.http.get("/v1/shares/manifest"), 429, "TOO_MANY_AT_ONCE")
        assert (await door.http.get("/openapi.json")).status_code == 200
