"""What dies in mid-song is replaced, and the song completes once, charged once."""

from __future__ import annotations

import os
import shutil
import signal

import pytest

from tests.stories.house import House, Listener, until
from tests.stories.songs import residual

STEMS = ("vocals", "drums", "bass", "other")
EVERY_PROCESS = (
    "worker",
    "triton",
    "nats",
    "postgres",
    "separation",
    "library",
    "billing",
    "retention",
    "gateway",
    "auth",
)


@pytest.mark.parametrize("victim", EVERY_PROCESS)
def test_song_survives_a_kill(house: House, listener: Listener, one_minute: bytes, victim: str) -> None:
    """`kill -9` of any one process in mid-song: the song completes from its last segment, once, charged once."""
    track_id = listener.add_track("one minute.flac", one_minute)
    listener.wait_segments(track_id, 3)
    assert listener.track(track_id)["state"] == "separating"
    before = {key: listener.http.get(f"/v1/tracks/{track_id}/segments/bass/{key}").content for key in range(3)}
    house.kill(victim)
    listener.wait(track_id)
    resumed_at = _first_of_later_attempts(house, track_id)
    assert resumed_at >= 3
    assert resumed_at < 12 or victim != "worker"
    for index, data in before.items():
        assert listener.http.get(f"/v1/tracks/{track_id}/segments/bass/{index}").content == data
    assert residual({stem: listener.download(track_id, stem) for stem in STEMS}, one_minute) == 0
    until(lambda: listener.usage()["reserved_s"] == 0, 30, "the minutes to be settled")
    assert listener.usage()["settled_s"] == 60
    until(lambda: not listener.track(track_id)["upload_held"], 60, "the upload to be erased")


def _first_of_later_attempts(house: House, track_id: str) -> int:
    """The first segment that any attempt but the first has stored; beyond all when one attempt was enough."""
    attempts = (house.data / "objects" / "stems" / track_id).iterdir()
    later = [folder for folder in attempts if not folder.name.endswith(".1")]
    return min((int(index.name) for folder in later for index in folder.iterdir()), default=1_000_000)


def test_wiped_queue_loses_no_job(house: House, listener: Listener, one_minute: bytes) -> None:
    """With jobs queued, NATS is killed and its storage wiped: every job still completes, charged once."""
    os.kill(house.pid("worker"), signal.SIGSTOP)
    track_ids = [listener.add_track(f"song {number}.flac", one_minute) for number in range(2)]
    with house.supervisor_paused():
        os.kill(house.pid("nats"), signal.SIGKILL)
        shutil.rmtree(house.data / "nats")
    os.kill(house.pid("worker"), signal.SIGCONT)
    for track_id in track_ids:
        listener.wait(track_id)
    until(lambda: listener.usage()["reserved_s"] == 0, 30, "the minutes to be settled")
    assert listener.usage()["settled_s"] == 120


def test_worker_paused_past_its_lease_harms_nothing(house: House, listener: Listener, one_minute: bytes) -> None:
    """A worker that sleeps past its lease and wakes up changes nothing: the stems still sum exactly, charged once."""
    track_id = listener.add_track("one minute.flac", one_minute)
    listener.wait_segments(track_id, 3)
    pid = house.pid("worker")
    os.kill(pid, signal.SIGSTOP)
    until(
        lambda: house.metric("separation", 'stripsession_separation_jobs{state="queued",tier="standard"}'),
        60,
        "the lease to be lost",
    )
    os.kill(pid, signal.SIGCONT)
    listener.wait(track_id)
    assert residual({stem: listener.download(track_id, stem) for stem in STEMS}, one_minute) == 0
    until(lambda: listener.usage()["reserved_s"] == 0, 30, "the minutes to be settled")
    assert listener.usage()["settled_s"] == 60
