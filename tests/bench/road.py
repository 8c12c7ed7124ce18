"""One song on the whole road, sent and followed as the browser does: tus in, server-sent events back."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import soundfile

from stack.triton_runtime import triton_runs_here
from tests.bench.processes import Disturbance, disturbance, processor_s, settle
from tests.bench.said import say
from tests.bench.space import patience_s, progress_line
from tests.stories.house import House, Listener

_BLOCK_BYTES = 1 << 20
# An access token lives ten minutes.
_SIGN_IN_AGAIN_S = 300.0
# A gateway that is started again is back sooner.
_AWAY_S = 120.0
_AGAIN_S = 1.0
_NEVER = threading.Event()
# Without one new segment for so long, a song is stuck.
_STALLED_S = 600.0
_SAY_EVERY_S = 30.0
_TERMINAL = ("ready", "failed", "cancelled")


@dataclass(frozen=True)
class Figures:
    """What one song took, in seconds; the last byte of its upload was accepted at 0."""

    audio_s: float
    upload_s: float
    first_segment_s: float
    """Until its listener was told that a segment can be played."""
    ready_s: float
    """Until its listener was told that all stems are there."""
    job_s: float
    """From the job's taking in to its findings' recording, by the service's own report."""
    stages: Mapping[str, tuple[float, int]]
    processors_s: Mapping[str, float]
    """Processor seconds of each process of the stack and its children, the upload left out."""
    disturbed: Disturbance

    @property
    def processor_s(self) -> float:
        """Of the whole stack."""
        return sum(self.processors_s.values())


@contextmanager
def open_house(data: Path, settings: Mapping[str, str] | None = None, models: Path | None = None) -> Iterator[House]:
    """The whole stack over a fresh folder; stopped at the end, and the folder removed. `models` are imported ones."""
    if models is not None:
        shutil.copytree(models, data / "models")
    # Where Triton runs it must: the same model inside the worker is another road, with other figures.
    engine = "triton" if triton_runs_here() else "in_process"
    house = House(data, "--engine", engine, settings=dict(settings or {}))
    try:
        began = time.monotonic()
        house.start()
        say(f"start of the whole stack: {time.monotonic() - began:.1f} s (the inference server was installed before)")
        if engine != "triton":
            say("(there is no Triton for this machine: the worker separates by itself)")
        yield house
    except BaseException:
        say(f"the stack's log ends: {house.log.read_text(errors='replace')[-2000:]}")
        raise
    finally:
        house.stop()
        shutil.rmtree(data, ignore_errors=True)


class Visitor(Listener):
    """A listener on the largest plan who stays signed in however long a song takes."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        plan = house.command("plan", "studio", "--email", self.email)
        assert plan.returncode == 0, plan.stderr
        self._signed_in = time.monotonic()

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def stay_signed_in(self) -> None:
        """Sign in anew when the token has had half its life."""
        if time.monotonic() - self._signed_in < _SIGN_IN_AGAIN_S:
            return
        answer = self.http.post("/v1/auth/login", json={"email": self.email, "password": self.password})
        assert answer.status_code == 200, answer.text
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self._signed_in = time.monotonic()

    def events(self, track_id: str) -> Iterator[dict[str, Any] | None]:
        """As `events_of`, signed in anew before each connection where that is due."""
        return events_of(self.http, track_id, self.stay_signed_in)


def events_of(
    http: httpx.Client,
    track_id: str,
    stay_signed_in: Callable[[], None],
    *,
    now: Callable[[], float] = time.monotonic,
    pause: Callable[[float], object] = _NEVER.wait,
) -> Iterator[dict[str, Any] | None]:
    """What is told of a track until it ends; None where nothing was, so that who follows can look at the clock.

    Connects again, after a pause, where a stream was cut off. Raises httpx.TransportError when the gateway stays away.
    """
    heard = now()
    while True:
        try:
            stay_signed_in()
            # A heartbeat comes every 15 seconds at the latest.
            with http.stream("GET", f"/v1/tracks/{track_id}/events", timeout=60) as stream:
                assert stream.status_code == 200, stream.read()
                for line in stream.iter_lines():
                    heard = now()
                    if not line.startswith("data: "):
                        yield None
                        continue
                    told: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    yield told
                    if told["state"] in _TERMINAL:
                        return
        except httpx.TransportError:
            if now() - heard >= _AWAY_S:
                raise
        yield None
        pause(_AGAIN_S)


def separate(house: House, visitor: Visitor, song: Path, audio_s: float) -> tuple[str, Figures]:
    """Send a song and follow it to its end; the track, which is left there, and what it took."""
    before = stages(house)
    began = time.perf_counter()
    upload_id = send(visitor, song)
    uploaded = time.perf_counter()
    visitor.stay_signed_in()
    root = supervisor(house)
    used_s = processors_s(house)
    with disturbance([root]) as disturbed:
        sent = time.perf_counter()
        answer = visitor.http.post("/v1/tracks", json={"upload_id": upload_id})
        assert answer.status_code == 201, answer.text
        track_id = str(answer.json()["track_id"])
        first, ready = follow(visitor.events(track_id), audio_s)
    used_s = {name: seconds - used_s.get(name, 0.0) for name, seconds in processors_s(house).items()}
    took = {
        stage: (total - before.get(stage, (0.0, 0))[0], count - before.get(stage, (0.0, 0))[1])
        for stage, (total, count) in stages(house).items()
    }
    visitor.stay_signed_in()
    job_s = reported_s(visitor.track(track_id))
    return track_id, Figures(audio_s, uploaded - began, first - sent, ready - sent, job_s, took, used_s, disturbed[0])


def measured(house: House, song: Path, audio_s: float | None = None) -> Figures:
    """One song of a new listener, deleted afterwards."""
    with Visitor(house) as visitor:
        track_id, figures = separate(house, visitor, song, audio_s or length_s(song))
        visitor.http.delete(f"/v1/tracks/{track_id}")
    return figures


def follow(
    events: Iterable[dict[str, Any] | None], audio_s: float, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, float]:
    """When the first segment could be played and when all was ready; says how far it is now and then."""
    began = moved = said = clock()
    first: float | None = None
    told: dict[str, Any] = {"state": "unknown", "segments": 0, "percent": 0}
    for news in events:
        now = clock()
        if news is not None:
            if news["segments"] > told["segments"]:
                moved = now
                first = now if first is None else first
            told = news
        if told["state"] in _TERMINAL:
            assert told["state"] == "ready", told
            assert first is not None, "a song that is ready has segments"
            return first, now
        assert now - moved < _STALLED_S, f"no new segment for {_STALLED_S:.0f} s: {told}"
        assert now - began < patience_s(audio_s), f"not ready after {now - began:.0f} s: {told}"
        if now - said >= _SAY_EVERY_S:
            said = now
            say(progress_line(told["percent"], now - began))
    raise AssertionError("the events ended before the song did")


def reported_s(track: Mapping[str, Any]) -> float:
    """Seconds between two times of the service's report; NaN where it gave none."""
    report = track.get("report")
    if not report or not report.get("accepted_at") or not report.get("finished_at"):
        return float("nan")
    accepted, finished = (datetime.datetime.fromisoformat(report[name]) for name in ("accepted_at", "finished_at"))
    return (finished - accepted).total_seconds()


def send(listener: Listener, song: Path) -> str:
    """tus creation and one streamed PATCH; the upload id."""
    size = song.stat().st_size
    tus = {"Tus-Resumable": "1.0.0"}
    made = listener.http.post("/v1/uploads", headers={**tus, "Upload-Length": str(size)})
    assert made.status_code == 201, made.text
    location = str(made.headers["location"])

    def blocks() -> Iterator[bytes]:
        with song.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                yield block

    headers = {
        **tus,
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(size),
    }
    sent = listener.http.patch(location, content=blocks(), headers=headers)
    assert sent.status_code == 204, sent.text
    return location.rsplit("/", 1)[-1]


def stages(house: House) -> dict[str, tuple[float, int]]:
    """Seconds and units of each stage since the worker started."""
    state = house.state()
    assert state is not None
    with urllib.request.urlopen(f"http://127.0.0.1:{state['ports']['worker-metrics']}/metrics") as answer:
        text = answer.read().decode()
    name = "stripsession_separation_stage_seconds"
    sums = dict(re.findall(rf'^{name}_sum{{stage="(\w+)"}} (\S+)$', text, re.M))
    counts = dict(re.findall(rf'^{name}_count{{stage="(\w+)"}} (\S+)$', text, re.M))
    return {stage: (float(total), int(float(counts[stage]))) for stage, total in sums.items()}


def separate_at_rest(house: House, visitor: Visitor, song: Path) -> Figures:
    """A song that is compared with another program's: begun when the stack rests, and deleted when it is done."""
    settle([supervisor(house)])
    visitor.stay_signed_in()
    track_id, figures = separate(house, visitor, song, length_s(song))
    visitor.http.delete(f"/v1/tracks/{track_id}")
    return figures


def processors_s(house: House) -> dict[str, float]:
    """Processor seconds so far of each process of the stack, by name, those of its children among them."""
    state = house.state()
    assert state is not None
    by_name = {name: processor_s([int(pid)]) for name, pid in state["processes"].items()}
    return {**by_name, "supervisor": processor_s([int(state["supervisor"])]) - sum(by_name.values())}


def supervisor(house: House) -> int:
    """The process that all of the stack is below."""
    state = house.state()
    assert state is not None
    return int(state["supervisor"])


def families(house: House) -> dict[str, int]:
    """The worker and the inference server, whose children belong to them; 0, which is nobody, where there is none."""
    state = house.state()
    assert state is not None
    return {name: int(state["processes"].get(name, 0)) for name in ("worker", "triton")}


def length_s(song: Path) -> float:
    """Of a file that libsndfile reads."""
    with soundfile.SoundFile(song) as file:
        return float(len(file) / file.samplerate)
