"""Exports over real HTTP: asked for by whoever just showed who they are, told of, and downloaded piece by piece."""

from __future__ import annotations

import asyncio
import datetime

import httpx
import pytest

from services.gateway.api.export_schemas import EXPORT_ID
from services.gateway.domain.ended_sessions import EndedSessions
from stripsession.retention.v1 import export_service_pb2 as pb
from tests.integration.gateway.conftest import OWNER, STRANGER, Door
from tests.integration.gateway.test_routes import check_problem, check_schema

EXPORTS = "/v1/privacy/exports"
ARCHIVE = f"{EXPORTS}/{EXPORT_ID}/archive.zip"


async def test_an_export_is_asked_for_and_told_of(door: Door) -> None:
    """It is accepted and listed to its person, with where its archive will be, and to nobody else."""
    begun = await door.http.post(EXPORTS, headers=door.bearer())
    assert begun.status_code == 202
    check_schema(door, "Export", begun.json())
    assert (begun.json()["state"], begun.json()["path"]) == ("preparing", ARCHIVE)
    listed = await door.http.get(EXPORTS, headers=door.bearer())
    check_schema(door, "ExportList", listed.json())
    assert (listed.json()["exports"], listed.json()["life_s"]) == ([begun.json()], 604_800)
    assert (await door.http.get(EXPORTS, headers=door.bearer(STRANGER))).json()["exports"] == []


async def test_only_a_person_who_just_showed_who_they_are_asks_for_one(door: Door) -> None:
    """A page that was left open puts nobody's data together; how far it is, and its archive, it may still read."""
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    stale = door.bearer(auth_time=int(before.timestamp()))
    check_problem(await door.http.post(EXPORTS, headers=stale), 403, "STEP_UP_REQUIRED")
    assert door.exports.exports == {}
    door.exports.ready(OWNER)
    assert (await door.http.get(EXPORTS, headers=stale)).status_code == 200
    assert (await door.http.get(ARCHIVE, headers=stale)).content == door.exports.file


async def test_an_archive_comes_whole_in_ranges_and_not_twice(door: Door) -> None:
    """GET, HEAD and ranges agree; a range holds while the tag does, and who holds it is told so."""
    door.exports.ready(OWNER)
    file = door.exports.file
    whole = await door.http.get(ARCHIVE, headers=door.bearer())
    head = await door.http.head(ARCHIVE, headers=door.bearer())
    assert whole.content == file
    assert door.exports.asked == [(0, len(file))]
    for answer in (whole, head):
        assert answer.status_code == 200
        assert answer.headers["content-length"] == str(len(file))
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["cache-control"].startswith("private")
        assert answer.headers["content-disposition"] == 'attachment; filename="stripsession-2030-01-01.zip"'
    etag = whole.headers["etag"]
    for more, status, expected in (
        ({"Range": "bytes=5000-"}, 206, file[5000:]),
        ({"Range": "bytes=5-9", "If-Range": etag}, 206, file[5:10]),
        ({"Range": "bytes=5-9", "If-Range": '"other"'}, 200, file),
        ({"Range": "bytes=-3"}, 206, file[-3:]),
        ({"If-None-Match": etag}, 304, b""),
    ):
        answer = await door.http.get(ARCHIVE, headers=door.bearer() | more)
        assert (answer.status_code, answer.content) == (status, expected), more
    outside = await door.http.get(ARCHIVE, headers=door.bearer() | {"Range": f"bytes={len(file)}-"})
    check_problem(outside, 416, "RANGE_OUTSIDE")
    assert outside.headers["content-range"] == f"bytes */{len(file)}"


@pytest.mark.parametrize("broken_at", [1000, 6000])
async def test_a_download_goes_on_where_a_service_went_away(door: Door, broken_at: int) -> None:
    """What was read is not read again, and the bytes are the archive's."""
    door.exports.ready(OWNER)
    door.exports.break_after = broken_at
    answer = await door.http.get(ARCHIVE, headers=door.bearer())
    assert answer.content == door.exports.file
    assert [start for start, _ in door.exports.asked] == [0, broken_at]


@pytest.mark.parametrize(
    ("state", "status", "reason", "action"),
    [
        (pb.EXPORT_STATE_PREPARING, 409, "EXPORT_NOT_READY", None),
        (pb.EXPORT_STATE_EXPIRED, 410, "EXPORT_EXPIRED", "Ask for another."),
        (pb.EXPORT_STATE_ENDED, 410, "EXPORT_ENDED", "Ask for another."),
    ],
)
async def test_what_cannot_be_downloaded_says_why(
    door: Door, state: pb.ExportState.ValueType, status: int, reason: str, action: str | None
) -> None:
    """Too early, too late, and ended before its time are three answers, those that are final with what to do."""
    door.exports.ready(OWNER).state = state
    answer = await door.http.get(ARCHIVE, headers=door.bearer())
    check_problem(answer, status, reason)
    assert action is None or action in answer.json()["detail"]


async def test_a_service_that_stays_away_a_while_is_waited_for(door: Door) -> None:
    """A reading that fails several times over goes on where it was once what failed is back."""
    door.exports.ready(OWNER)
    door.exports.break_after, door.exports.breaks = 3000, 7
    assert (await door.http.get(ARCHIVE, headers=door.bearer())).content == door.exports.file
    assert {start for start, _ in door.exports.asked} == {0, 3000}


async def test_a_service_that_cannot_say_whether_it_has_the_file_is_asked_again(door: Door) -> None:
    """One that restarts answers nothing for a while, and the download goes on once it does."""
    door.exports.ready(OWNER)
    door.exports.break_after, door.exports.silent_after_break = 3000, 5
    assert (await door.http.get(ARCHIVE, headers=door.bearer())).content == door.exports.file
    assert door.exports.silent_after_break == 0


async def test_an_archive_that_ends_while_it_is_read_is_cut_short(door: Door) -> None:
    """Bytes of something deleted are not gone on with: the answer breaks off, and the next request says why."""
    door.exports.ready(OWNER)
    door.exports.break_after, door.exports.ends_at_break = 3000, True
    with pytest.raises(httpx.RemoteProtocolError):
        await door.http.get(ARCHIVE, headers=door.bearer())
    check_problem(await door.http.get(ARCHIVE, headers=door.bearer()), 410, "EXPORT_ENDED")


@pytest.mark.parametrize("holds_at", [0, 3000])
async def test_a_reader_who_leaves_is_read_for_no_further(door: Door, holds_at: int) -> None:
    """Before the first byte as well, which may take a while: retention hears at once that nobody waits."""
    door.exports.ready(OWNER)
    door.exports.holds_at = holds_at
    reading = asyncio.create_task(door.http.get(ARCHIVE, headers=door.bearer()))
    await door.exports.waiting.wait()
    reading.cancel()
    async with asyncio.timeout(10):
        await door.exports.left.wait()


async def test_an_archive_is_given_only_while_its_session_lasts(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever ends the session of somebody who has their token ends what that one is downloading too."""
    door.exports.file = bytes(4 << 20)
    door.exports.chunk_bytes = door.exports.holds_at = 256 << 10
    door.exports.ready(OWNER)
    async with door.http.stream("GET", ARCHIVE, headers=door.bearer()) as answer:
        await door.exports.waiting.wait()
        monkeypatch.setattr(EndedSessions, "__contains__", lambda _, __: True)
        door.exports.gate.set()
        with pytest.raises(httpx.RemoteProtocolError):
            await answer.aread()


async def test_anothers_archive_is_as_none(door: Door) -> None:
    """Whoever knows an export's name, and is not its person, is told that there is none."""
    door.exports.ready(OWNER)
    check_problem(await door.http.get(ARCHIVE, headers=door.bearer(STRANGER)), 404, "EXPORT_NOT_FOUND")
    check_problem(await door.http.get(f"{EXPORTS}/exp_{'0' * 32}/archive.zip", headers=door.bearer()), 404)
