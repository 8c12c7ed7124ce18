"""What a track says of itself is true: checked from its downloads, by other means than made it."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.paths import BUNDLED_SONG
from tests.stories.house import House, Listener
from tests.stories.songs import decode, integers

STEMS = ("vocals", "drums", "bass", "other")


def test_the_report_of_a_real_song_is_true(listener: Listener) -> None:
    """Sum, clipping, alignment and length in the report are those that the downloaded stems really have."""
    song = BUNDLED_SONG.read_bytes()
    track = listener.wait(listener.add_track("First Light.ogg", song))
    track_id = track["track_id"]
    read = listener.http.get(f"/v1/tracks/{track_id}").json()
    report = read["report"]
    mix, _ = decode(song)
    stems = {stem: integers(listener.download(track_id, stem)) for stem in STEMS}
    total = sum(samples.astype(np.int64) for samples, _ in stems.values())
    differing = int(np.count_nonzero(total - mix))
    assert (
        report["sum"]
        == {"differing_samples": differing, "difference_max": 0}
        == {
            "differing_samples": 0,
            "difference_max": 0,
        }
    )
    depth = read["audio"]["depth_bits"]
    low, high = -(1 << (depth - 1)), (1 << (depth - 1)) - 1
    assert report["clipping"] == {
        "upload_samples": int(np.count_nonzero((mix <= low) | (mix >= high))),
        "stems": [
            {"stem": stem, "samples": int(np.count_nonzero((samples <= low) | (samples >= high)))}
            for stem, (samples, _) in stems.items()
        ],
    }
    assert report["alignment"] == {
        "offset_samples": 0,
        "total_samples": len(mix),
        "sample_rate_hz": read["audio"]["sample_rate_hz"],
        "channels": mix.shape[1],
        "depth_bits": depth,
    }
    assert (report["model"]["name"], report["device"], report["attempts"]) == (read["model"], "cpu", 1)
    assert 0 < report["engine_s"] <= (os.cpu_count() or 1) * report["worker_s"]
    assert report["accepted_at"] <= report["first_segment_at"] <= report["finished_at"]
    assert report["model_residual_db"] is None or report["model_residual_db"] < 0


def test_what_was_heard_is_told_with_the_segments(listener: Listener) -> None:
    """First Light is told as it is: 100 beats a minute on the beat, D major, as loud as its samples say."""
    song = BUNDLED_SONG.read_bytes()
    track = listener.wait(listener.add_track("First Light.ogg", song))
    manifest = listener.http.get(f"/v1/tracks/{track['track_id']}/manifest").json()
    heard = manifest["analysis"]
    assert heard["tempo_bpm"] == pytest.approx(100, rel=0.002)
    beats = np.array(heard["beats_s"])
    assert max(np.min(np.abs(beats - beat * 0.6)) for beat in range(1, 60)) < 0.05
    assert heard["key"] == "D major"
    sound, _ = soundfile.read(io.BytesIO(song))
    rms_db = 10 * np.log10(np.mean(np.square(sound)) * 2)
    # Loudness is weighted and gated: near the plain level, not equal to it.
    assert heard["integrated_lufs"] == pytest.approx(rms_db, abs=3)
    assert 20 * np.log10(np.abs(sound).max()) - 0.1 <= heard["true_peak_dbtp"] < 1


def test_the_report_is_of_the_whole_song_whoever_made_it(house: House, listener: Listener, one_minute: bytes) -> None:
    """With its worker killed in mid-song, a track's report and analysis are those of one that nobody disturbed."""
    whole = listener.wait(listener.add_track("undisturbed.flac", one_minute))["track_id"]
    broken = listener.add_track("disturbed.flac", one_minute)
    listener.wait_segments(broken, 3)
    assert listener.track(broken)["state"] == "separating"
    house.kill("worker")
    listener.wait(broken)
    one, other = (listener.http.get(f"/v1/tracks/{track_id}/manifest").json() for track_id in (whole, broken))
    assert one["analysis"] == other["analysis"]
    assert one["analysis"]["tempo_bpm"] == pytest.approx(100, rel=0.01)
    for member in ("sum", "alignment", "clipping", "model", "model_residual_db", "unsound_values", "decoder_warnings"):
        assert one["report"][member] == other["report"][member], member
    assert one["report"]["attempts"] == 1
    assert other["report"]["attempts"] > 1


def test_the_command_line_tells_what_it_came_to(house: House, tmp_path: Path) -> None:
    """`stripsession separate` tells that the stems sum, what was heard and what made them, and keeps it in a file."""
    song = tmp_path / "told.ogg"
    song.write_bytes(BUNDLED_SONG.read_bytes())
    done = house.command("separate", str(song), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr + done.stdout
    told = [line.strip() for line in done.stdout.splitlines()]
    (exact,) = (line for line in told if line.startswith("sums exactly · offset 0 · "))
    assert "at full scale" in exact or "at full scale" in told[told.index(exact) + 1]
    (heard,) = (line for line in told if "LUFS" in line)
    assert heard.split(" · ")[:2] == ["100 BPM", "D major"]
    written = json.loads((tmp_path / "out" / "told" / "report.json").read_text())
    digest = written["report"]["model"]["weights_sha256"]
    (made,) = (line for line in told if f"weights {digest[:12]}" in line)
    assert made.startswith(f"{written['track']['model']} v")
    assert written["report"]["sum"] == {"differing_samples": 0, "difference_max": 0}
    assert len(written["analysis"]["beats_s"]) > 50
