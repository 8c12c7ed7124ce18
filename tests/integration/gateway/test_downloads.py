"""Downloads over real HTTP: whole, in ranges, conditional, across a restart, never more than was asked."""

from __future__ import annotations

import asyncio
import os
import random
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripsession.billing.v1 import billing_service_pb2
from stripsession.library.v1 import track_pb2
from tests.integration.gateway.conftest import OWNER, Door
from tests.integration.gateway.test_routes import check_problem

SIZE = 300_000


def paths(track_id: str) -> list[str]:
    one = f"/v1/tracks/{track_id}"
    return [f"{one}/stems/vocals.flac", f"{one}/mix.wav?stems=vocals,drums", f"{one}/download.zip?format=mp3"]


async def test_each_download_comes_whole_and_named(door: Door) -> None:
    """GET and HEAD agree on size, type, name and tag; the bytes are the library's."""
    door.library.file = os.urandom(SIZE)
    door.library.file_name = 'Größe "x" ♫ vocals.flac'
    track = door.library.add_track(OWNER)
    for path in paths(track.track_id):
        got = await door.http.get(path, headers=door.bearer())
        head = await door.http.head(path, headers=door.bearer())
        assert got.content == door.library.file
        for answer in (got, head):
            assert answer.status_code == 200
            assert answer.headers["content-length"] == str(SIZE)
            assert answer.headers["accept-ranges"] == "bytes"
            assert answer.headers["cache-control"].startswith("private")
            assert answer.headers["etag"] == got.headers["etag"]
            disposition = answer.headers["content-disposition"]
            assert disposition.startswith("attachment; ")
            assert unquote(disposition.split("filename*=UTF-8''")[1]) == door.library.file_name
        assert head.content == b""
        held = {**door.bearer(), "If-None-Match": f'"other", {got.headers["etag"]}'}
        assert (await door.http.get(path, headers=held)).status_code == 304


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(size=st.integers(0, 5000), chunk=st.integers(1, 700), data=st.data())
async def test_ranges_are_slices_of_the_bytes(door: Door, size: int, chunk: int, data: st.DataObject) -> None:
    """Whatever range is asked for, the answer is what slicing the bytes would give."""
    door.library.file = file = random.Random(size).randbytes(size)
    door.library.chunk_bytes = chunk
    track = door.library.add_track(OWNER)
    number = st.integers(0, 6000)
    first = data.draw(st.none() | number)
    last = data.draw(number if first is None else st.none() | number)
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    answer = await door.http.get(paths(track.track_id)[0], headers={**door.bearer(), "Range": header})
    if first is None:
        assert last is not None
        expected = None if last == 0 else file[max(0, size - last) :]
        start = max(0, size - last)
    elif last is not None and last < first:
        assert (answer.status_code, answer.content) == (200, file)
        return
    else:
        start = first
        expected = file[first:] if last is None else file[first : last + 1]
        expected = expected if first < size else None
    if expected is None:
        check_problem(answer, 416, "RANGE_OUTSIDE")
        assert answer.headers["content-range"] == f"bytes */{size}"
    elif size == 0:
        assert (answer.status_code, answer.content) == (200, b"")
    else:
        assert (answer.status_code, answer.content) == (206, expected)
        assert answer.headers["content-range"] == f"bytes {start}-{start + len(expected) - 1}/{size}"
        assert answer.headers["content-length"] == str(len(expected))


async def test_a_range_holds_only_while_the_tag_does(door: Door) -> None:
    """If-Range with another tag gives the whole file; several ranges and nonsense do as well."""
    door.library.file = b"0123456789"
    track = door.library.add_track(OWNER)
    path = paths(track.track_id)[0]
    etag = (await door.http.head(path, headers=door.bearer())).headers["etag"]
    for headers, status in (
        ({"Range": "bytes=2-4", "If-Range": etag}, 206),
        ({"Range": "bytes=2-4", "If-Range": '"other"'}, 200),
        ({"Range": "bytes=2-4", "If-Range": f"W/{etag}"}, 200),
        ({"Range": "bytes=2-4", "If-Range": "Wed, 21 Oct 2015 07:28:00 GMT"}, 200),
        ({"Range": "bytes=0-1,4-5"}, 200),
        ({"Range": "lines=0-1"}, 200),
        ({"Range": "bytes=a-b"}, 200),
        ({"Range": "bytes=-"}, 200),
        ({"Range": "bytes=0-" + "9" * 25}, 206),
    ):
        answer = await door.http.get(path, headers={**door.bearer(), **headers})
        assert answer.status_code == status, headers
        if "2-4" in headers["Range"]:
            assert answer.content == (b"234" if status == 206 else door.library.file)


async def test_refusals_come_before_the_first_byte(door: Door) -> None:
    """A track that is not ready, a stem that is none, and a format that is none are problems."""
    track = door.library.add_track(OWNER)
    signed = door.bearer()
    one = f"/v1/tracks/{track.track_id}"
    check_problem(await door.http.get(f"{one}/stems/kazoo.flac", headers=signed), 404, "STEM_NOT_FOUND")
    check_problem(await door.http.get(f"{one}/stems/vocals.exe", headers=signed), 404)
    check_problem(await door.http.get(f"{one}/mix.flac?stems=../x", headers=signed), 404, "STEM_NOT_FOUND")
    check_problem(await door.http.get(f"{one}/download.zip?format=exe", headers=signed), 422, "INVALID_FIELD")
    track.state = track_pb2.TRACK_STATE_SEPARATING
    check_problem(await door.http.get(f"{one}/download.zip", headers=signed), 409, "TRACK_NOT_READY")


@pytest.mark.parametrize("broken_at", [0, 65536, 196608])
async def test_a_download_outlives_a_restart_of_the_library(door: Door, broken_at: int) -> None:
    """When the library goes away in the middle, the bytes go on where they were."""
    door.library.file = os.urandom(SIZE)
    door.library.break_after = broken_at
    track = door.library.add_track(OWNER)
    answer = await door.http.get(paths(track.track_id)[0], headers=door.bearer())
    assert answer.content == door.library.file


async def test_a_reader_that_stops_reading_stops_the_library(door: Door) -> None:
    """Back-pressure reaches the library: a reader that takes nothing is not buffered for."""
    door.library.file = bytes(200_000_000)
    door.library.chunk_bytes = 1024 * 1024
    track = door.library.add_track(OWNER)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.gateway.http.port, limit=1024)
    signed = f"Authorization: {door.bearer()['Authorization']}"
    lines = [f"GET {paths(track.track_id)[0]} HTTP/1.1", "Host: here", signed, "", ""]
    writer.write("\r\n".join(lines).encode())
    await reader.readline()
    before = -1
    while before != door.library.chunks_sent:
        before = door.library.chunks_sent
        # Something else that takes its time on the same loop, while nobody reads.
        for _ in range(20):
            await door.http.get("/healthz")
    assert door.library.chunks_sent < 40
    writer.close()


@pytest.mark.parametrize("broken_at", [None, 0, 65536])
async def test_a_file_of_unknown_size_comes_whole(door: Door, broken_at: int | None) -> None:
    """Without a length and without ranges, to its end, also across a restart of the library."""
    door.library.file = os.urandom(SIZE)
    door.library.size_unknown = True
    door.library.break_after = broken_at
    track = door.library.add_track(OWNER)
    path = f"/v1/tracks/{track.track_id}/mix.flac"
    for headers in ({}, {"Range": "bytes=5-9"}, {"Range": "bytes=999999999-"}):
        answer = await door.http.get(path, headers={**door.bearer(), **headers})
        assert (answer.status_code, answer.content) == (200, door.library.file)
        assert answer.headers["accept-ranges"] == "none"
        assert "content-length" not in answer.headers
    head = await door.http.head(path, headers=door.bearer())
    assert (head.status_code, head.content, head.headers["accept-ranges"]) == (200, b"", "none")
    held = {**door.bearer(), "If-None-Match": head.headers["etag"]}
    assert (await door.http.get(path, headers=held)).status_code == 304


async def test_every_choice_reaches_the_library(door: Door) -> None:
    """Stems, gains, pans, preset, depth and speed arrive as they were asked for, and every format is known."""
    track = door.library.add_track(OWNER)
    one = f"/v1/tracks/{track.track_id}"
    mixing = "stems=vocals,drums&gains=-6.5,0&pans=-1,0.25&depth=32f"
    await door.http.get(f"{one}/mix.wav?{mixing}", headers=door.bearer())
    spec = door.library.specs[-1]
    assert (list(spec.stems), list(spec.gains_db), list(spec.pans)) == (["vocals", "drums"], [-6.5, 0.0], [-1.0, 0.25])
    assert (spec.format, spec.wav_depth, spec.bundle) == ("wav", "32f", False)
    await door.http.get(f"{one}/mix.m4a?preset=acapella&speed=2", headers=door.bearer())
    spec = door.library.specs[-1]
    assert (list(spec.stems), spec.preset, spec.speed) == ([], "acapella", 2)
    for path, name in (
        ("stems/karaoke.opus", "opus"),
        ("stems/vocals.m4a", "m4a"),
        ("mix.stem.mp4", "stem.mp4"),
        ("download.zip?format=opus", "opus"),
    ):
        assert (await door.http.get(f"{one}/{path}", headers=door.bearer())).status_code == 200
        assert door.library.specs[-1].format == name
    check_problem(await door.http.get(f"{one}/stems/vocals.stem.mp4", headers=door.bearer()), 404)


@pytest.mark.parametrize(
    "query", ["gains=a", "gains=1,,2", "gains=nan", "pans=1e9", "preset=choir", "depth=8", "speed=3", "pans=inf"]
)
async def test_choices_that_make_no_sense_are_refused(door: Door, query: str) -> None:
    """What is no number or no option is refused before the library is asked."""
    track = door.library.add_track(OWNER)
    path = f"/v1/tracks/{track.track_id}/mix.wav?stems=vocals&{query}"
    check_problem(await door.http.get(path, headers=door.bearer()), 422, "INVALID_FIELD")
    assert door.library.specs == []


async def test_a_mix_is_checked_and_has_an_address(door: Door) -> None:
    """POST says where a mix can be downloaded, how large it will be where that is known, and refuses what cannot be."""
    door.library.file = os.urandom(1000)
    track = door.library.add_track(OWNER)
    path = f"/v1/tracks/{track.track_id}/mixes"
    body = {"format": "mp3", "stems": "vocals,drums", "gains": "-3,0"}
    told = (await door.http.post(path, json=body, headers=door.bearer())).json()
    assert told["url"] == f"/v1/tracks/{track.track_id}/mix.mp3?stems=vocals,drums&gains=-3,0"
    assert (told["size_bytes"], told["media_type"]) == (1000, "audio/mpeg")
    assert (await door.http.get(told["url"], headers=door.bearer())).content == door.library.file
    door.library.size_unknown = True
    told = (await door.http.post(path, json={"format": "flac"}, headers=door.bearer())).json()
    assert (told["url"], told["size_bytes"]) == (f"/v1/tracks/{track.track_id}/mix.flac", None)
    answer = await door.http.post(path, json={"format": "exe"}, headers=door.bearer())
    check_problem(answer, 422, "INVALID_FIELD")
    answer = await door.http.post(path, json={"format": "wav", "stems": "kazoo"}, headers=door.bearer())
    check_problem(answer, 404, "STEM_NOT_FOUND")


async def test_a_format_that_the_plan_has_not_is_refused(door: Door) -> None:
    """On a plan of mp3 and wav a flac is 402 with what there is, in every kind of download; a wav is given."""
    door.billing.PLAN = billing_service_pb2.Plan(title="Free", formats=["mp3", "wav"])
    track = door.library.add_track(OWNER)
    one = f"/v1/tracks/{track.track_id}"
    for path in (f"{one}/stems/vocals.flac", f"{one}/mix.flac", f"{one}/mix.stem.mp4", f"{one}/download.zip"):
        problem = check_problem(await door.http.get(path, headers=door.bearer()), 402, "FORMAT_NOT_IN_PLAN")
        assert "Choose mp3, wav" in problem["detail"]
    made = await door.http.post(f"{one}/mixes", json={"format": "flac"}, headers=door.bearer())
    check_problem(made, 402, "FORMAT_NOT_IN_PLAN")
    for path in (f"{one}/stems/vocals.wav", f"{one}/download.zip?format=mp3"):
        assert (await door.http.get(path, headers=door.bearer())).status_code == 200
