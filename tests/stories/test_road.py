"""A song's whole road: from a file on disk to stems that add up to it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from services.library.media.formats import mix_assembly
from services.library.media.mix import StemMix
from services.library.media.segments import StreamShape
from services.library.media.tags import CoverArt, Tags
from tests.paths import BUNDLED_SONG, SHARED_AUDIO
from tests.stories.house import House, Listener, until
from tests.stories.songs import decode, integers, noise_wav, residual
from tests.unit.library.sound import at_rate, hear, lag
from tests.unit.library.stems import BLOCK, collect, make_stem, music

STEMS = ("vocals", "drums", "bass", "other")


@pytest.mark.parametrize(
    "song", [BUNDLED_SONG, SHARED_AUDIO / "songs" / "joshua_morin_on_the_run.ogg"], ids=["bundled", "whole real song"]
)
def test_command_line_leaves_stems_that_sum_to_the_song(house: House, song: Path, tmp_path: Path) -> None:
    """`stripsession separate` leaves four FLACs whose sum is the song's decode, with a residual of exactly zero."""
    if not song.exists():
        pytest.skip(f"{song.name} is lent beside the checkout and is not there")
    done = house.command("separate", str(song), "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr + done.stdout
    stems = {stem: tmp_path / song.stem / f"{stem}.flac" for stem in STEMS}
    assert residual(dict(stems), song.read_bytes()) == 0


def test_command_line_separates_a_file_once(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command a second time fetches what was separated, on a terminal without our marks, too."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    song = tmp_path / "once.ogg"
    song.write_bytes(BUNDLED_SONG.read_bytes())
    for run in ("one", "two"):
        done = house.command("separate", str(song), "--out", str(tmp_path / run))
        assert done.returncode == 0, done.stderr + done.stdout
        assert ("only fetched" in done.stdout) == (run == "two")
    first, second = (tmp_path / run / "once" / "bass.flac" for run in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_a_wrong_stem_is_a_usage_error(house: House, tmp_path: Path) -> None:
    """A stem that the model does not make ends the command before the upload, naming those that it makes."""
    done = house.command("separate", str(BUNDLED_SONG), "--out", str(tmp_path), "--stems", "voice")
    assert done.returncode == 2
    assert "vocals, drums, bass, other" in done.stderr


def test_several_songs_at_once_and_one_refused(house: House, tmp_path: Path) -> None:
    """Of several songs the good ones are separated, the refused one is named, and the exit code is 1."""
    good, bad = tmp_path / "good one.ogg", tmp_path / "not audio.mp3"
    good.write_bytes(BUNDLED_SONG.read_bytes())
    bad.write_bytes(b"this is no audio at all " * 400)
    done = house.command("separate", str(good), str(bad), "--out", str(tmp_path / "out"), "--stems", "vocals,drums")
    assert done.returncode == 1
    there = sorted(path.name for path in (tmp_path / "out" / "good one").iterdir())
    assert there == ["drums.flac", "report.json", "vocals.flac"]
    assert "not audio.mp3" in done.stdout
    assert not (tmp_path / "out" / "not audio").exists()


def test_missing_file_is_a_usage_error(house: House, tmp_path: Path) -> None:
    """A file that is not there ends the command with exit code 2 and one line that names it."""
    done = house.command("separate", str(tmp_path / "nothing.wav"))
    assert done.returncode == 2
    assert "nothing.wav" in done.stderr


def test_every_download_is_the_same_music(listener: Listener) -> None:
    """FLAC, WAV, the zip, a byte range and the mix of all stems agree to the sample; MP3 has the song's length."""
    song = BUNDLED_SONG.read_bytes()
    track_id = listener.add_track("First Light.ogg", song)
    track = listener.wait(track_id)
    mix, _ = decode(song)
    assert track["audio"]["length_samples"] == len(mix)
    flac, depth = integers(listener.download(track_id, "drums"))
    wav, _ = soundfile.read(io.BytesIO(listener.download(track_id, "drums", "wav")), dtype="int32", always_2d=True)
    assert np.array_equal(wav.astype(np.int64) >> (32 - depth), flac)
    mp3, _ = soundfile.read(io.BytesIO(listener.download(track_id, "drums", "mp3")))
    assert len(mp3) == len(flac)
    archive = listener.http.get(f"/v1/tracks/{track_id}/download.zip")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as members:
        assert members.testzip() is None
        sizes = [len(integers(members.read(name))[0]) for name in members.namelist()]
    assert sizes == [len(mix)] * 4
    whole = listener.download(track_id, "bass")
    part = listener.http.get(f"/v1/tracks/{track_id}/stems/bass.flac", headers={"Range": "bytes=1000-200000"})
    assert part.status_code == 206
    assert part.content == whole[1000:200001]
    everything = listener.http.get(f"/v1/tracks/{track_id}/mix.wav")
    assert everything.status_code == 200, everything.text
    samples, _ = soundfile.read(io.BytesIO(everything.content), dtype="int32", always_2d=True)
    assert np.array_equal(samples.astype(np.int64) >> (32 - depth), mix)


@pytest.mark.timeout(300)
def test_mixes_and_coded_formats_lie_on_the_music(listener: Listener) -> None:
    """Voices and all else add up to the song; what is coded lies at lag zero; a stem file holds five streams."""
    song = BUNDLED_SONG.read_bytes()
    track_id = listener.add_track("First Light.ogg", song)
    track = listener.wait(track_id)
    mix, depth = decode(song)
    one = f"/v1/tracks/{track_id}"
    halves = [listener.http.get(f"{one}/mix.wav?preset={name}&depth=32f").content for name in ("karaoke", "acapella")]
    floats = [soundfile.read(io.BytesIO(half), dtype="float64", always_2d=True)[0] for half in halves]
    assert np.array_equal(np.rint((floats[0] + floats[1]) * 2.0 ** (depth - 1)), mix)
    whole = listener.http.get(f"{one}/mix.flac")
    assert "content-length" not in whole.headers
    assert np.array_equal(integers(whole.content)[0], mix)
    rate = track["audio"]["sample_rate_hz"]
    true = mix[: 20 * rate, 0] / 2.0 ** (depth - 1)
    for name in ("mp3", "m4a", "opus"):
        told = listener.http.post(f"{one}/mixes", json={"format": name}).json()
        file = listener.http.get(told["url"]).content
        assert len(file) == told["size_bytes"]
        heard = hear(file)
        assert lag(at_rate(heard.samples[: 20 * heard.rate, :1], heard.rate, rate)[:, 0], true) == 0
    file = listener.http.get(f"{one}/mix.stem.mp4").content
    assert lag(hear(file).samples[: 20 * rate, 0], true) == 0
    with av.open(io.BytesIO(file), "r") as container:
        assert len(container.streams.audio) == 5


def test_tags_and_cover_travel(listener: Listener) -> None:
    """What the file said of itself, and its cover, are in what comes out, with the stem's name in the title."""
    picture = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 90
    shape = StreamShape(44_100, 2, 16)
    stem = make_stem(music(BLOCK * 60, shape, 3), shape, 20)
    tags = Tags("Sông", "Bànd", "Album", "2/9", "2001", "Folk", CoverArt("image/jpeg", picture))
    sent = collect(mix_assembly("mp3", StemMix({0: stem.plan}, {0: 1.0}), tags), [stem])
    track_id = listener.add_track("whatever.mp3", sent)
    track = listener.wait(track_id)
    assert (track["title"], track["artist"], track["warnings"]) == ("Sông", "Bànd", [])
    heard = hear(listener.http.get(f"/v1/tracks/{track_id}/stems/drums.m4a").content)
    assert heard.pictures == [picture]
    said = {key: heard.tags[key] for key in ("title", "artist", "album", "track", "date", "genre")}
    assert list(said.values()) == ["Sông - drums", "Bànd", "Album", "2/9", "2001", "Folk"]


def test_progress_is_told_while_it_happens(listener: Listener, one_minute: bytes) -> None:
    """The event stream starts with a snapshot, never goes back, tells what is playable, and ends when ready."""
    track_id = listener.add_track("one minute.flac", one_minute)
    with listener.http.stream("GET", f"/v1/tracks/{track_id}/events") as stream:
        events = [json.loads(line[5:]) for line in stream.iter_lines() if line.startswith("data:")]
    percents = [event["percent"] for event in events]
    assert percents == sorted(percents)
    assert events[-1]["state"] == "ready"
    assert events[-1]["playable_s"] == pytest.approx(60, abs=0.1)
    assert any(0 < percent < 100 for percent in percents)


def test_playing_starts_before_the_end(listener: Listener, one_minute: bytes) -> None:
    """The first segment of every stem can be fetched while the rest is still being separated."""
    track_id = listener.add_track("one minute.flac", one_minute)
    listener.wait_segments(track_id, 1)
    assert listener.track(track_id)["state"] == "separating"
    manifest = listener.http.get(f"/v1/tracks/{track_id}/manifest").json()
    first = manifest["segments"][0]
    for stem in STEMS:
        answer = listener.http.get(f"/v1/tracks/{track_id}/segments/{stem}/0")
        assert answer.status_code == 200
        samples, _ = integers(answer.content)
        assert len(samples) == first["length_samples"]
    listener.wait(track_id)


def test_same_key_makes_one_track_and_one_charge(listener: Listener) -> None:
    """Asking twice with the same idempotency key gives the same track, charged once, by its length."""
    upload_id = listener.upload("First Light.ogg", BUNDLED_SONG.read_bytes())
    before = listener.usage()
    headers = {"Idempotency-Key": "the-same"}
    answers = [listener.http.post("/v1/tracks", json={"upload_id": upload_id}, headers=headers) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    track_ids = {answer.json()["track_id"] for answer in answers}
    assert len(track_ids) == 1
    track = listener.wait(track_ids.pop())
    until(lambda: listener.usage()["reserved_s"] == 0, 20, "the minutes to be settled")
    charged = listener.usage()["settled_s"] - before["settled_s"]
    assert charged == -(-track["audio"]["length_samples"] // track["audio"]["sample_rate_hz"])


def test_cancelled_track_costs_nothing_and_can_be_tried_again(listener: Listener, one_minute: bytes) -> None:
    """A cancelled separation stops, charges nothing, and a retry completes it."""
    track_id = listener.add_track("one minute.flac", one_minute)
    listener.wait_segments(track_id, 2)
    assert listener.http.post(f"/v1/tracks/{track_id}/cancel").status_code == 200
    listener.wait(track_id, "cancelled")
    until(lambda: listener.usage()["reserved_s"] == 0, 20, "the minutes to come back")
    assert listener.usage()["settled_s"] == 0
    assert listener.http.post(f"/v1/tracks/{track_id}/retry").status_code in (200, 202)
    listener.wait(track_id)
    assert residual({stem: listener.download(track_id, stem) for stem in STEMS}, one_minute) == 0


def test_deleted_track_is_gone(house: House, listener: Listener) -> None:
    """After a delete the track, its stems and its objects are gone."""
    track_id = listener.add_track("First Light.ogg", BUNDLED_SONG.read_bytes())
    listener.wait(track_id)
    assert listener.http.delete(f"/v1/tracks/{track_id}").status_code == 204
    assert listener.http.get(f"/v1/tracks/{track_id}").status_code == 404
    assert listener.http.get(f"/v1/tracks/{track_id}/stems/bass.flac").status_code == 404
    until(lambda: not list((house.data / "objects").glob(f"**/{track_id}/**/*")), 20, "the objects to go")


def test_originals_bytes_are_nowhere_on_disk(house: House, listener: Listener) -> None:
    """The upload's bytes never touch the disk in the clear, and its objects are erased within a minute of the end."""
    song = noise_wav(12, seed=20)
    needle = song[400_000:400_064]
    upload_id = listener.upload("planted.wav", song)
    assert not _found(house.data, needle)
    answer = listener.http.post("/v1/tracks", json={"upload_id": upload_id})
    track_id = answer.json()["track_id"]
    listener.wait(track_id)
    until(lambda: not listener.track(track_id)["upload_held"], 60, "the upload to be erased")
    assert not list((house.data / "objects").glob(f"**/{upload_id}*"))
    assert not _found(house.data, needle)
    erasures = listener.http.get("/v1/privacy/erasures").json()["erasures"]
    assert [erasure["upload_id"] for erasure in erasures] == [upload_id]


def _found(folder: Path, needle: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]
