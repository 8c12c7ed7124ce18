"""Each route over real HTTP against served backends: what it gives, and what it refuses."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import grpc
import httpx
import jsonschema  # type: ignore[import-untyped]  # ships no types
import pytest

from services.gateway.api.endpoint import Access, Endpoint
from services.gateway.api.openapi import document
from services.gateway.wiring import contract
from stripsession.library.v1 import track_pb2
from stripsession.retention.v1 import retention_service_pb2
from tests.contract.openapi_document import ANYBODYS_NAMES
from tests.integration.gateway.conftest import OWNER, STRANGER, Door, OpenDoor
from tests.integration.gateway.fakes import STEMS, refused
from tests.unit.library.pictures import png

SAMPLES = {
    "upload_id": "upl_" + "0" * 32,
    "track_id": "trk_" + "0" * 32,
    "share_id": "shr_" + "0" * 32,
    "export_id": "exp_" + "0" * 32,
    "sequence": "1",
    "session_id": "ses_" + "0" * 32,
    "key_id": "key_" + "0" * 32,
    "passkey_id": "pky_" + "0" * 32,
    "provider": "google",
    "endpoint_id": "whe_" + "0" * 32,
    "delivery_id": "whd_" + "0" * 32,
    "stem": "vocals",
    "index": "0",
    "ext": "flac",
}
TUS = {"Tus-Resumable": "1.0.0"}


def check_problem(answer: httpx.Response, status: int, reason: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert set(problem) >= {"type", "title", "status", "detail", "action", "reason", "instance"}
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["action"]
    assert answer.headers["x-request-id"] in problem["instance"]
    if reason is not None:
        assert problem["reason"] == reason
    if status in (429, 503, 504):
        assert int(answer.headers["retry-after"]) >= 1
    return problem


def check_schema(door: Door, name: str, value: object) -> None:
    told = document(door.gateway.endpoints)
    schema = {"$ref": f"#/components/schemas/{name}", "components": told["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


def filled(path: str, **given: str) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda match: (SAMPLES | given)[match[1]], path)


async def ask(door: Door, endpoint: Endpoint, path: str, headers: dict[str, str]) -> httpx.Response:
    more: dict[str, str] = {}
    content = None
    if endpoint.name == "setCover":
        content = png(9, 9)
    elif endpoint.tag == "uploads":
        more = {**TUS, "Upload-Length": "4", "Upload-Offset": "0"}
        if endpoint.method in ("PATCH", "POST"):
            more["Content-Type"] = "application/offset+octet-stream"
            content = b"data"
    elif endpoint.body is not None:
        more = {"Content-Type": "application/json"}
        content = {
            "createTrack": b'{"upload_id": "upl_00000000000000000000000000000000"}',
            "createMix": b'{"format": "flac"}',
            "renamePasskey": b'{"name": "Phone"}',
        }.get(endpoint.name, b"{}")
    return await door.http.request(endpoint.method, path, headers={**more, **headers}, content=content)


async def test_every_signed_route_asks_who_is_calling(door: Door) -> None:
    """Without a token each route but the public ones answers 401 with a challenge and a problem."""
    signed = [endpoint for endpoint in door.gateway.endpoints if endpoint.access is Access.SIGNED]
    assert len(signed) >= 20
    for endpoint in signed:
        answer = await ask(door, endpoint, filled(endpoint.path), {})
        assert answer.status_code == 401, endpoint.path
        assert answer.headers["www-authenticate"].startswith("Bearer")
        if endpoint.method != "HEAD":
            check_problem(answer, 401, "UNAUTHENTICATED")
    others = {endpoint.name for endpoint in door.gateway.endpoints} - {endpoint.name for endpoint in signed}
    assert others == {*ANYBODYS_NAMES, "refreshSession", "signOut"}


async def test_nobody_reaches_what_belongs_to_another(door: Door) -> None:
    """Every route that names a track or an upload answers 404 to anyone but its owner, and changes nothing."""
    door.library.file = b"x" * 100
    track = door.library.add_track(OWNER, segments=3, upload_held=True)
    upload = door.library.add_upload(OWNER, 4)
    before = track.SerializeToString(deterministic=True)
    named = [e for e in door.gateway.endpoints if "_id}" in e.path and e.access is Access.SIGNED]
    assert len(named) >= 14
    for endpoint in named:
        path = filled(endpoint.path, track_id=track.track_id, upload_id=upload.upload_id)
        answer = await ask(door, endpoint, path, door.bearer(STRANGER))
        assert answer.status_code == 404, endpoint.path
        if endpoint.method != "HEAD":
            check_problem(answer, 404)
    assert door.library.tracks[track.track_id].SerializeToString(deterministic=True) == before
    assert upload.upload_id in door.library.uploads
    assert not door.library.contents[upload.upload_id]
    body = {"upload_id": upload.upload_id}
    check_problem(await door.http.post("/v1/tracks", json=body, headers=door.bearer(STRANGER)), 404)


ODD_IDS = ["x", "trk_", "trk_short", "trk_" + "a" * 65, "upl_" + "0" * 32, "trk_..%2f..%2fsecret"]


@pytest.mark.parametrize("bad", ODD_IDS)
async def test_an_id_of_another_shape_reaches_no_service(door: Door, bad: str) -> None:
    """A malformed track id is 404 before any call."""
    for endpoint in door.gateway.endpoints:
        if "{track_id}" in endpoint.path:
            answer = await ask(door, endpoint, filled(endpoint.path, track_id=bad), door.bearer())
            assert answer.status_code == 404
    assert door.library.asked == []


async def test_the_contract_lists_every_route_and_no_other(door: Door) -> None:
    """/openapi.json names exactly the routes that are served, and its schemas hold together."""
    listed = (await door.http.get("/openapi.json")).json()
    told = {(method.upper(), path) for path, methods in listed["paths"].items() for method in methods}
    assert told == {(endpoint.method, endpoint.path) for endpoint in door.gateway.endpoints}
    assert listed["openapi"].startswith("3.1")
    names = [operation["operationId"] for methods in listed["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
    text = (await door.http.get("/openapi.json")).text
    for reference in set(re.findall(r'"#/components/schemas/(\w+)"', text)):
        jsonschema.Draft202012Validator.check_schema(listed["components"]["schemas"][reference])
    for method, path in told:
        answer = await door.http.request(method, filled(path), headers=door.bearer())
        if method != "HEAD":
            assert answer.status_code != 405, (method, path)


async def test_the_contract_is_told_without_a_gateway_running(door: Door) -> None:
    """What `python -m services.gateway contract` prints, from which clients are made, is what a gateway serves."""
    assert await contract() == (await door.http.get("/openapi.json")).json()


async def test_a_track_is_made_once_for_a_key(door: Door) -> None:
    """POST /v1/tracks answers 201 with Location, and a replay with the same key gives the same track."""
    upload = door.library.add_upload(OWNER, 4)
    headers = {**door.bearer(), "Idempotency-Key": "key-1"}
    body = {"upload_id": upload.upload_id, "title": "Größe"}
    answers = [await door.http.post("/v1/tracks", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].headers["location"] == f"/v1/tracks/{answers[0].json()['track_id']}"
    assert answers[0].json()["title"] == "Größe"
    check_schema(door, "Track", answers[0].json())
    for key in ("a b", ""):
        answer = await door.http.post("/v1/tracks", json=body, headers={**headers, "Idempotency-Key": key})
        check_problem(answer, 400, "MALFORMED_HEADER")


async def test_tracks_are_read_changed_stopped_and_deleted(door: Door) -> None:
    """The track routes each do their one thing."""
    track = door.library.add_track(OWNER, track_pb2.TRACK_STATE_SEPARATING, upload_held=True, playable_samples=44100)
    door.library.add_track(STRANGER)
    path, signed = f"/v1/tracks/{track.track_id}", door.bearer()
    read = (await door.http.get(path, headers=signed)).json()
    check_schema(door, "TrackDetail", read)
    assert (read["report"], read["analysis"]) == (None, None)
    assert (read["state"], read["playable_s"], read["duration_s"]) == ("separating", 1.0, 10.0)
    changed = await door.http.patch(path, json={"artist": "Someone"}, headers=signed)
    assert (changed.json()["title"], changed.json()["artist"]) == ("Song", "Someone")
    assert (await door.http.post(f"{path}/cancel", headers=signed)).json()["state"] == "cancelled"
    assert (await door.http.post(f"{path}/retry", headers=signed)).json()["state"] == "separating"
    track.upload_held = False
    check_problem(await door.http.post(f"{path}/retry", headers=signed), 410, "UPLOAD_GONE")
    assert (await door.http.delete(path, headers=signed)).status_code == 204
    check_problem(await door.http.get(path, headers=signed), 404, "TRACK_NOT_FOUND")


async def test_a_list_comes_in_pages(door: Door) -> None:
    """GET /v1/tracks follows its cursor to the end, and refuses numbers that are none."""
    for number in range(5):
        door.library.add_track(OWNER).title = f"Song {number}"
    titles: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2", "q": "Song"} | ({"cursor": cursor} if cursor else {})
        page = (await door.http.get("/v1/tracks", params=query, headers=door.bearer())).json()
        check_schema(door, "TrackPage", page)
        titles += [track["title"] for track in page["tracks"]]
        cursor = page["next_cursor"]
    assert titles == [f"Song {number}" for number in range(5)]
    for limit, status in (("zwei", 400), (" ", 400), ("0", 422), ("201", 422), ("-1", 400), ("٣", 400)):
        check_problem(await door.http.get("/v1/tracks", params={"limit": limit}, headers=door.bearer()), status)
    for unfit in ("q=%00", "sort=oldest"):
        check_problem(await door.http.get(f"/v1/tracks?{unfit}", headers=door.bearer()), 422, "INVALID_FIELD")


async def test_segments_are_found_in_the_manifest_and_read(door: Door) -> None:
    """The manifest begins where asked; a segment has an ETag, is kept privately, and 304 when held already."""
    track = door.library.add_track(OWNER, segments=3)
    path = f"/v1/tracks/{track.track_id}"
    manifest = (await door.http.get(f"{path}/manifest?from=1", headers=door.bearer())).json()
    check_schema(door, "Manifest", manifest)
    assert [segment["index"] for segment in manifest["segments"]] == [1, 2]
    assert manifest["segments"][0]["stems"][0] == {"stem": "vocals", "size_bytes": 9, "peaks": "Af8="}
    segment = await door.http.get(f"{path}/segments/drums/2", headers=door.bearer())
    assert segment.content == b"fLaCdrums2"
    assert segment.headers["content-type"] == "audio/flac"
    assert segment.headers["cache-control"].startswith("private")
    held = {**door.bearer(), "If-None-Match": segment.headers["etag"]}
    assert (await door.http.get(f"{path}/segments/drums/2", headers=held)).status_code == 304
    check_problem(await door.http.get(f"{path}/segments/drums/3", headers=door.bearer()), 404, "SEGMENT_NOT_FOUND")


async def test_what_is_on_offer_used_and_erased_can_be_read(door: Door) -> None:
    """Models, plans, usage, erasures, the account and the keys answer as the contract says."""
    erasure = retention_service_pb2.Erasure(
        upload_id="upl_1", reason=retention_service_pb2.ERASURE_REASON_FINISHED, objects=3
    )
    door.retention.erasures[OWNER] = [erasure]
    door.retention.tracks[OWNER] = [retention_service_pb2.TrackErasure(track_id="trk_1", stems=4)]
    for path, schema in (
        ("/v1/models", "ModelList"),
        ("/v1/billing/plans", "Plans"),
        ("/v1/billing/usage", "Usage"),
        ("/v1/privacy/erasures", "ErasurePage"),
        ("/v1/privacy/receipts", "ReceiptPage"),
        ("/.well-known/jwks.json", "KeySet"),
        ("/healthz", "Status"),
        ("/readyz", "Status"),
    ):
        answer = await door.http.get(path, headers=door.bearer())
        assert answer.status_code == 200, answer.text
        check_schema(door, schema, answer.json())
    erasures = (await door.http.get("/v1/privacy/erasures", headers=door.bearer())).json()["erasures"]
    assert erasures[0]["reason"] == "finished"
    assert (await door.http.get("/v1/models", headers=door.bearer())).json()["models"][0]["stems"] == list(STEMS)
    assert "d" not in (await door.http.get("/.well-known/jwks.json")).json()["keys"][0]


REFUSALS = [
    (grpc.StatusCode.INVALID_ARGUMENT, "NOT_AUDIO", 422),
    (grpc.StatusCode.INVALID_ARGUMENT, "TOO_LONG", 422),
    (grpc.StatusCode.FAILED_PRECONDITION, "UPLOAD_INCOMPLETE", 409),
    (grpc.StatusCode.RESOURCE_EXHAUSTED, "MINUTES_EXHAUSTED", 402),
    (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE", 504),
    (grpc.StatusCode.NOT_FOUND, "UPLOAD_NOT_FOUND", 404),
    (grpc.StatusCode.UNKNOWN, "ODD", 500),
    (grpc.StatusCode.INTERNAL, "INTERNAL", 500),
]


@pytest.mark.parametrize(("code", "reason", "status"), REFUSALS)
async def test_a_refusal_keeps_its_reason(door: Door, code: grpc.StatusCode, reason: str, status: int) -> None:
    """A service's refusal becomes a problem with its reason and sentence; an unknown failure says nothing."""
    upload = door.library.add_upload(OWNER, 4)
    door.library.refusal = refused(code, reason, "A sentence about it.")
    answer = await door.http.post("/v1/tracks", json={"upload_id": upload.upload_id}, headers=door.bearer())
    problem = check_problem(answer, status, reason if status != 500 else "INTERNAL")
    assert ("A sentence about it." in problem["detail"]) is (status != 500)


async def test_a_full_queue_says_when_to_come_back(door: Door) -> None:
    """RetryInfo of a service becomes Retry-After, rounded up."""
    upload = door.library.add_upload(OWNER, 4)
    door.library.refusal = refused(grpc.StatusCode.UNAVAILABLE, "QUEUE_FULL", "Too busy.", retry_after_s=6.2)
    answer = await door.http.post("/v1/tracks", json={"upload_id": upload.upload_id}, headers=door.bearer())
    check_problem(answer, 503, "QUEUE_FULL")
    assert answer.headers["retry-after"] == "7"


MALFORMED = [
    (b"{", 400, "MALFORMED_JSON"),
    (b"[" * 50_000, 400, "MALFORMED_JSON"),
    (b"[]", 400, "MALFORMED_JSON"),
    (b"\xff", 400, "MALFORMED_JSON"),
    (b"{}", 422, "INVALID_FIELD"),
    (b'{"upload_id": 7}', 422, "INVALID_FIELD"),
    (b'{"upload_id": "x", "titel": "y"}', 422, "INVALID_FIELD"),
    (b'{"upload_id": "x", "title": "\\ud800"}', 422, "INVALID_FIELD"),
    (b'{"upload_id": "x", "title": "a\\u0000b"}', 422, "INVALID_FIELD"),
    (b'{"upload_id": "x", "title": "' + b"y" * 301 + b'"}', 422, "INVALID_FIELD"),
    (b" " * 70_000, 413, "BODY_TOO_LARGE"),
]


@pytest.mark.parametrize(("body", "status", "reason"), MALFORMED, ids=lambda case: str(case)[:20])
async def test_a_malformed_body_is_refused_at_the_door(door: Door, body: bytes, status: int, reason: str) -> None:
    """No body, however odd, gets a 500 or reaches a service."""
    headers = {**door.bearer(), "Content-Type": "application/json"}
    check_problem(await door.http.post("/v1/tracks", content=body, headers=headers), status, reason)


async def test_a_body_of_another_type_is_refused(door: Door) -> None:
    """A form, which any page may send unasked, is 415."""
    headers = {**door.bearer(), "Content-Type": "text/plain"}
    check_problem(await door.http.post("/v1/tracks", content=b"{}", headers=headers), 415, "NOT_JSON")


async def test_wrong_methods_and_paths_are_problems(door: Door) -> None:
    """404 and 405 are problems as well, and 405 names the methods."""
    check_problem(await door.http.get("/v1/nothing", headers=door.bearer()), 404)
    answer = await door.http.put("/v1/tracks", headers=door.bearer())
    check_problem(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert (await door.http.options("/v1/tracks")).headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert (await door.http.head("/v1/tracks", headers=door.bearer())).status_code == 200


async def test_a_service_that_restarts_is_waited_for(door: Door) -> None:
    """A read that comes while a service is away is answered once it is back."""
    track = door.library.add_track(OWNER)
    port = door.servers["library"].port
    await door.servers["library"].stop()
    reading = asyncio.create_task(door.http.get(f"/v1/tracks/{track.track_id}", headers=door.bearer()))
    await asyncio.wait({reading}, timeout=0.3)  # sleep: that it waits shows in time alone
    assert not reading.done()
    door.servers["library"]._listen = f"127.0.0.1:{port}"
    await door.servers["library"].start()
    assert (await reading).status_code == 200


async def test_answers_carry_the_headers_that_protect(open_door: OpenDoor) -> None:
    """Every answer has the security headers; HSTS comes with https alone."""
    async with open_door() as door:
        for path in ("/healthz", "/", "/v1/tracks", "/nothing"):
            headers = (await door.http.get(path)).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert "strict-transport-security" not in headers
            assert "server" not in headers
    async with open_door(public_url="https://stripsession.example") as door:
        assert "strict-transport-security" in (await door.http.get("/healthz")).headers


async def test_other_origins_are_let_in_only_when_listed(open_door: OpenDoor) -> None:
    """CORS is off unless an origin is set, and never allows cookies."""
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "PATCH"}
    async with open_door() as door:
        assert "access-control-allow-origin" not in (await door.http.options("/v1/tracks", headers=asked)).headers
    async with open_door(cors_origins=("https://app.example",)) as door:
        answer = await door.http.options("/v1/uploads", headers=asked)
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert "Upload-Offset" in answer.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in answer.headers
        other = await door.http.options("/v1/uploads", headers={**asked, "Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers


async def test_the_web_client_is_served_and_nothing_else(door: Door) -> None:
    """Files of the web folder come under a strict policy; hidden, foreign and outside ones do not."""
    index = await door.http.get("/")
    assert index.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in index.headers["content-security-policy"]
    assert "unsafe-inline" not in index.headers["content-security-policy"]
    script = await door.http.get("/js/main.js")
    assert script.headers["content-type"].startswith(("text/javascript", "application/javascript"))
    held = await door.http.get("/js/main.js", headers={"If-None-Match": script.headers["etag"]})
    assert held.status_code == 304
    for path in (
        "/.secret.js",
        "/page.tar",
        "/js",
        "/js/",
        "/..%2foutside.js",
        "/%2e%2e/outside.js",
        "/js/x.js",
        "/js/%00.js",
    ):
        check_problem(await door.http.get(path), 404)


async def test_a_request_id_comes_back(door: Door) -> None:
    """A sane X-Request-Id is kept, another replaced, and the trace goes on."""
    assert (await door.http.get("/healthz", headers={"X-Request-Id": "my-request-1"})).headers[
        "x-request-id"
    ] == "my-request-1"
    assert (await door.http.get("/healthz", headers={"X-Request-Id": "a b"})).headers["x-request-id"] != "a b"
