"""Odd, lying, broken and hostile files, sent through the real gateway."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from tests.paths import SHARED_AUDIO
from tests.stories.house import House, Listener
from tests.stories.songs import decode, integers

AWKWARD = SHARED_AUDIO / "awkward"
STEMS = ("vocals", "drums", "bass", "other")
REFUSED = frozenset(
    {
        "bomb_1h_silence.flac",
        "concat_lfi.wav",
        "header_only.wav",
        "playlist_ssrf.m3u8",
        "random.mp3",
        "rate_1Hz.wav",
        "script.flac",
        "text.mp3",
        "truncated_no_moov.m4a",
        "zero_channels.wav",
        "zero_length.mp3",
        "zeros.wav",
        "zip_named.mp3",
    }
)
FILES = sorted(path.name for path in AWKWARD.glob("*") if path.name != "AWKWARD.md") if AWKWARD.exists() else []


@pytest.mark.skipif(not FILES, reason="the awkward files are lent beside the checkout and are not there")
@pytest.mark.parametrize("name", [name for name in FILES if name in REFUSED])
def test_refused_file_is_named_quickly_and_leaves_nothing(listener: Listener, name: str) -> None:
    """A file that cannot be separated gets a 4xx problem with its reason within 5 s; no job, no charge, no upload."""
    data = (AWKWARD / name).read_bytes()
    began = time.monotonic()
    if not data:
        answer = listener.http.post("/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "0"})
    else:
        answer = listener.add(name, data)
    assert time.monotonic() - began < 5
    assert 400 <= answer.status_code < 500, answer.text
    problem = answer.json()
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["reason"]
    assert problem["detail"]
    assert listener.http.get("/v1/tracks").json()["tracks"] == []
    usage = listener.usage()
    assert (usage["reserved_s"], usage["settled_s"]) == (0, 0)


@pytest.mark.skipif(not FILES, reason="the awkward files are lent beside the checkout and are not there")
@pytest.mark.parametrize("name", [name for name in FILES if name not in REFUSED])
def test_accepted_file_gives_stems_of_its_own_length(house: House, listener: Listener, name: str) -> None:
    """A file that can be read gives four finite stems of its own length that sum to its decode."""
    data = (AWKWARD / name).read_bytes()
    track_id = listener.add_track(name, data)
    track = listener.wait(track_id)
    mix, _ = decode(data)
    assert track["audio"]["length_samples"] == len(mix)
    total = sum(integers(listener.download(track_id, stem))[0] for stem in STEMS)
    assert np.array_equal(total, mix)
    seconds = math.ceil(len(mix) / track["audio"]["sample_rate_hz"])
    assert listener.usage()["settled_s"] + listener.usage()["reserved_s"] == seconds
