"""`stripsession separate` against a gateway that stands in for the real one."""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from cli import exits, login, separate
from cli.bars import SongBars
from cli.downloads import download
from cli.exits import CommandFault
from cli.gateway import Gateway
from cli.mixes import read_mix
from cli.signin import SignInLink
from cli.songs import Outcome, Request
from cli.uploads import Memory

ADDRESS = "http://127.0.0.1:8080"
STEM_BYTES = bytes(range(256)) * 8
STEMS = ["vocals", "drums"]
REPORT = {"sum": {"differing_samples": 0}, "model": {"name": "baseline", "version": "1"}, "device": "cpu"}


class Body(httpx.AsyncByteStream):
    """Gives its bytes, then may break."""

    def __init__(self, data: bytes, breaks: bool) -> None:
        self._data, self._breaks = data, breaks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._data
        if self._breaks:
            raise httpx.ReadError("broken")


class Server:
    """Tracks, made by the key that is asked with; every song is ready when its events are followed."""

    def __init__(self) -> None:
        self.uploads: list[str] = []
        self.states: dict[str, str] = {}
        self.by_key: dict[str, str] = {}
        self.ranges: list[str] = []
        self.files: list[str] = []
        self.sessions: list[str] = []
        self.etag = '"one"'
        self.breaks = 0
        self.loses_answers = 0
        self.following = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        path, method = request.url.path, request.method
        if path in ("/v1/models", "/v1/billing/usage"):
            model = {"name": "baseline", "stems": STEMS, "is_default": True}
            plan: dict[str, object] = {"title": "Free", "models": [], "default_model": None}
            return httpx.Response(200, json={"models": [model]} if path == "/v1/models" else {"plan": plan})
        if path.startswith("/v1/auth/"):
            self.sessions = ["refresh"] if path == "/v1/auth/link" else []
            return httpx.Response(200, json={"access_token": "access", "refresh_token": "refresh"})
        if path.startswith("/v1/uploads"):
            return self._upload(request)
        if path == "/v1/tracks":
            return self._create(request.headers["idempotency-key"])
        track_id = path.split("/")[3]
        if track_id not in self.states:
            return httpx.Response(404, json={"detail": "There is no such track."})
        if path.endswith("/events"):
            self.following.set()
            await self.may_end.wait()
            self.states[track_id] = "ready"
            return httpx.Response(200, text='data: {"state": "ready", "percent": 100}\n\n')
        if "/stems/" in path or "/mix." in path:
            self.files.append(f"{path.split('/', 4)[4]}?{request.url.query.decode()}".rstrip("?"))
            return self._stem(request)
        assert method == "GET"
        told = self._track(track_id)
        if path.endswith("/manifest"):
            # Past the last segment: what is wanted is the report, and not the song once more.
            assert request.url.params["from"] == "7"
            told = {"track": told, "segments": [], "report": REPORT, "analysis": {"beats_s": [0.5]}}
        return httpx.Response(200, json=told)

    def _upload(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.uploads.append(f"upl_{len(self.uploads)}")
            return httpx.Response(201, headers={"Location": f"/v1/uploads/{self.uploads[-1]}"}, json={})
        if request.method == "HEAD":
            return httpx.Response(200, headers={"Upload-Offset": "5"})
        return httpx.Response(204)

    def _create(self, key: str) -> httpx.Response:
        track_id = self.by_key.setdefault(key, f"trk_{len(self.by_key)}")
        self.states.setdefault(track_id, "checking")
        if self.loses_answers:
            self.loses_answers -= 1
            return httpx.Response(500, json={"detail": "lost"})
        return httpx.Response(201, json=self._track(track_id))

    def _track(self, track_id: str) -> dict[str, object]:
        state = self.states[track_id]
        return {"track_id": track_id, "state": state, "stems": STEMS, "model": "baseline", "segments": 7}

    def _stem(self, request: httpx.Request) -> httpx.Response:
        wanted = request.headers.get("range", "")
        self.ranges.append(wanted)
        goes_on = bool(wanted) and request.headers["if-range"] == self.etag
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if goes_on else 0
        data = STEM_BYTES[start:]
        breaks = self.breaks > 0
        self.breaks -= breaks
        body = Body(data[: len(data) // 2] if breaks else data, breaks)
        return httpx.Response(206 if goes_on else 200, headers={"ETag": self.etag}, stream=body)


class Desk:
    """One person's song, folder and memory."""

    def __init__(self, folder: Path) -> None:
        self.server = Server()
        self.folder = folder
        self.song = folder / "song.wav"
        self.song.write_bytes(b"bytes")
        self.out = folder / "out"
        self.bars = SongBars(Console(file=io.StringIO()))

    async def run(self, *stems: str, again: bool = False, extension: str = "flac", mix: str = "") -> Outcome:
        wanted = read_mix(mix) if mix else None
        return await self.asked(Request(self.out, extension, stems, again=again, mix=wanted))

    async def asked(self, request: Request) -> Outcome:
        gateway = Gateway(ADDRESS, httpx.MockTransport(self.server))
        memory = Memory(self.folder / "songs.json", ADDRESS)
        self.bars = SongBars(Console(file=io.StringIO()))
        try:
            async with asyncio.timeout(20):
                return (await separate.separate_songs(gateway, [self.song], request, memory, self.bars))[0]
        finally:
            await gateway.close()

    def arguments(self, *words: str) -> argparse.Namespace:
        parser = argparse.ArgumentParser()
        separate.add_arguments(parser)
        parser.add_argument("--data", type=Path, default=self.folder)
        return parser.parse_args([str(self.song), "--out", str(self.out), *words])

    def fetched(self) -> list[str]:
        return sorted(path.name for path in (self.out / "song").iterdir() if path.name != "report.json")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_the_same_file_is_separated_once(desk: Desk) -> None:
    """A second run only fetches; --again separates anew."""
    first = await desk.run()
    assert not first.fault
    assert not first.is_known
    assert desk.fetched() == ["drums.flac", "vocals.flac"]
    second = await desk.run()
    assert second.is_known
    assert len(desk.server.uploads) == len(desk.server.by_key) == 1
    assert not (await desk.run(again=True)).is_known
    assert len(desk.server.uploads) == len(desk.server.by_key) == 2


async def test_a_mix_or_a_stem_file_is_one_file(desk: Desk) -> None:
    """A preset, and the whole song as a stem file, come as one file in place of the stems."""
    await desk.run(extension="m4a", mix="karaoke")
    await desk.run(extension="stem.mp4")
    assert desk.server.files == ["mix.m4a?preset=karaoke", "mix.stem.mp4"]
    assert desk.fetched() == ["karaoke.m4a", "song.stem.mp4"]


@pytest.mark.parametrize(
    ("words", "file", "name"),
    [
        (
            ["--format", "wav", "--depth", "32f", "--mix", "vocals=-6,drums=0@-0.3"],
            "mix.wav?stems=vocals,drums&gains=-6,0&pans=0,-0.3&depth=32f",
            "vocals=-6,drums=0@-0.3.wav",
        ),
        (
            ["--format", "mp3", "--speed", "2", "--stems", "drums"],
            "stems/drums.mp3?speed=2",
            "drums at double speed.mp3",
        ),
        (
            ["--format", "opus", "--speed", "2", "--mix", "karaoke"],
            "mix.opus?preset=karaoke&speed=2",
            "karaoke at double speed.opus",
        ),
        (["--format", "wav", "--depth", "16", "--stems", "drums"], "stems/drums.wav?depth=16", "drums.wav"),
    ],
)
async def test_what_the_files_are_like_is_chosen(desk: Desk, words: list[str], file: str, name: str) -> None:
    """Gains, pans, depth and a preview's speed reach the gateway; a preview lies beside the whole song."""
    await desk.asked(separate.request_of(desk.arguments(*words)))
    assert desk.server.files == [file]
    assert desk.fetched() == [name]


async def test_what_it_came_to_is_told_and_written(desk: Desk) -> None:
    """The lines for people and the file for programs are of the whole song, beats and all."""
    outcome = await desk.run()
    assert outcome.report[0].startswith("sums exactly")
    told = json.loads((desk.out / "song" / "report.json").read_text())
    assert (told["report"], told["analysis"], told["track"]["state"]) == (REPORT, {"beats_s": [0.5]}, "ready")


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["--format", "stem.mp4", "--mix", "karaoke"], "leave out --stems and --mix"),
        (["--format", "stem.mp4", "--stems", "drums"], "leave out --stems and --mix"),
        (["--mix", "karaoke", "--stems", "drums"], "--mix stands in place of --stems"),
        (["--depth", "16"], "add --format wav"),
        (["--format", "mp3", "--depth", "32f"], "add --format wav"),
        (["--speed", "2"], "add --format mp3"),
        (["--format", "wav", "--speed", "2"], "add --format mp3"),
        (["--format", "stem.mp4", "--speed", "2"], "add --format mp3"),
    ],
)
async def test_choices_that_exclude_each_other_are_refused(desk: Desk, words: list[str], remedy: str) -> None:
    """Before anything is sent, with what to do."""
    with pytest.raises(CommandFault, match=remedy) as raised:
        await separate.run(desk.arguments(*words), Console(file=io.StringIO()))
    assert raised.value.exit_code == exits.USAGE


@pytest.mark.parametrize("ending", ["failed", "cancelled", "deleted"])
async def test_what_came_to_nothing_is_separated_anew(desk: Desk, ending: str) -> None:
    """A track that failed, was cancelled or is gone does not stand in the way."""
    await desk.run()
    if ending == "deleted":
        desk.server.states.clear()
    else:
        desk.server.states["trk_0"] = ending
    assert not (await desk.run()).fault
    assert len(desk.server.by_key) == 2


async def test_another_file_under_the_same_name_is_another_song(desk: Desk) -> None:
    """A file that was changed is separated."""
    await desk.run()
    desk.song.write_bytes(b"other")
    os.utime(desk.song, ns=(1, 1))
    assert not (await desk.run()).is_known
    assert len(desk.server.by_key) == 2


async def test_an_interrupted_separation_is_followed_by_the_next_run(desk: Desk) -> None:
    """Ctrl-C while the server separates costs nothing: the same command goes on where it was."""
    desk.server.may_end.clear()
    task = asyncio.create_task(desk.run())
    async with asyncio.timeout(10):
        await desk.server.following.wait()
    assert desk.bars.some_at_server
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    desk.server.may_end.set()
    assert not (await desk.run()).fault
    assert len(desk.server.uploads) == len(desk.server.by_key) == 1


async def test_a_lost_answer_to_a_track_makes_no_second_one(desk: Desk) -> None:
    """When the track was made but its id never heard of, the next run asks with the same key."""
    desk.server.loses_answers = 1
    assert (await desk.run()).fault == "lost"
    assert not (await desk.run()).fault
    assert len(desk.server.uploads) == len(desk.server.by_key) == 1


async def test_a_wrong_stem_is_told_before_anything_is_sent(desk: Desk) -> None:
    """The stems that there are stand in the message, and nothing was uploaded."""
    for stems, mix in ((("voice",), ""), ((), "voice=-6,drums")):
        with pytest.raises(CommandFault, match=r"no stem voice; the model baseline makes vocals, drums") as raised:
            await desk.run(*stems, mix=mix)
        assert raised.value.exit_code == exits.USAGE
    assert desk.server.uploads == []


async def test_stems_that_find_no_room_are_not_lost(desk: Desk) -> None:
    """When the folder takes no files in the end, the message says where the stems are and how to get them."""
    desk.out.mkdir()
    (desk.out / "song").write_text("in the way")
    fault = (await desk.run()).fault
    assert "in your library" in fault
    assert "run the same command again" in fault
    (desk.out / "song").unlink()
    assert (await desk.run()).is_known


@pytest.mark.parametrize("place", ["out", "out/song"])
def test_a_folder_that_takes_no_files_is_told_first(desk: Desk, place: str) -> None:
    """A file in the place of the folder, or of a song's folder, is a usage error that names --out."""
    blocked = desk.folder / place
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_text("a file")
    with pytest.raises(CommandFault, match="--out") as raised:
        separate.check_out([desk.song], desk.out)
    assert raised.value.exit_code == exits.USAGE


async def test_a_download_goes_on_where_an_earlier_run_stopped(desk: Desk) -> None:
    """Only what is missing is fetched, as long as it is still the same version."""
    server, target = desk.server, desk.folder / "vocals.flac"
    server.states["trk_0"] = "ready"
    path = "/v1/tracks/trk_0/stems/vocals.flac"
    gateway = Gateway(ADDRESS, httpx.MockTransport(server))
    half = STEM_BYTES[: len(STEM_BYTES) // 2]
    for etag in ('"one"', '"two"'):
        (desk.folder / "vocals.flac.part").write_bytes(half if etag == '"one"' else b"?" * len(half))
        (desk.folder / "vocals.flac.part.etag").write_text(f'{{"source": "{path}", "etag": "\\"one\\""}}')
        server.etag = etag
        await download(gateway, path, target)
        assert target.read_bytes() == STEM_BYTES
    assert server.ranges == [f"bytes={len(half)}-"] * 2
    assert sorted(part.name for part in desk.folder.glob("vocals*")) == ["vocals.flac"]
    await gateway.close()


async def test_a_download_that_breaks_goes_on(desk: Desk) -> None:
    """A connection that breaks in the middle costs only what had not come."""
    desk.server.states["trk_0"] = "ready"
    desk.server.breaks = 1
    gateway = Gateway(ADDRESS, httpx.MockTransport(desk.server))
    await download(gateway, "/v1/tracks/trk_0/stems/vocals.flac", desk.folder / "vocals.flac")
    assert (desk.folder / "vocals.flac").read_bytes() == STEM_BYTES
    assert desk.server.ranges == ["", f"bytes={len(STEM_BYTES) // 2}-"]
    await gateway.close()


async def test_an_interrupt_says_how_to_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C while the server separates is one line: it goes on, and the same command fetches the stems."""

    async def sign_in(*_: object) -> None:
        pass

    monkeypatch.setattr(separate, "_sign_in", sign_in)
    monkeypatch.setattr(separate, "Gateway", lambda address: Gateway(address, httpx.MockTransport(desk.server)))
    desk.server.may_end.clear()
    task = asyncio.create_task(separate.run(desk.arguments("--address", ADDRESS), Console(width=300)))
    async with asyncio.timeout(10):
        await desk.server.following.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    said = [line for line in capsys.readouterr().out.splitlines() if "Interrupted" in line]
    assert said == ["Interrupted. The separation goes on at the server; run the same command again to fetch the stems."]


@pytest.mark.parametrize("ending", ["done", "failed", "interrupted"])
async def test_no_session_is_left_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """The session of one command on this machine ends with it, on every way out."""

    async def create_link(data: Path) -> SignInLink:
        return SignInLink("code", "usr_1")

    monkeypatch.setattr(login, "create_link", create_link)
    monkeypatch.setattr(separate, "local_address", lambda _: ADDRESS)
    monkeypatch.setattr(separate, "Gateway", lambda address: Gateway(address, httpx.MockTransport(desk.server)))
    words = ("--model", "none") if ending == "failed" else ()
    if ending == "interrupted":
        desk.server.may_end.clear()
    task = asyncio.create_task(separate.run(desk.arguments(*words), Console(file=io.StringIO())))
    if ending == "interrupted":
        async with asyncio.timeout(10):
            await desk.server.following.wait()
        assert desk.server.sessions == ["refresh"]
        task.cancel()
    (outcome,) = await asyncio.gather(task, return_exceptions=True)
    assert type(outcome) is {"done": int, "failed": CommandFault, "interrupted": asyncio.CancelledError}[ending]
    assert desk.server.sessions == []


def test_faults_are_one_line_however_long(tmp_path: Path) -> None:
    """A script that reads the output finds each song's fault on one line."""
    written = io.StringIO()
    separate.tell([Outcome(tmp_path / "song.wav", None, "because " * 40)], Console(file=written, width=80))
    assert written.getvalue().count("\n") == 1
