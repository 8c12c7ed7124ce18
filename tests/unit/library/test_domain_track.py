"""What a track is called, once separation has read its file."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from services.library.domain.track import Acceptance, Audio, Track, TrackState

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
AUDIO = Audio(44_100, 2, 16, "flac", 44_100)
FRESH = Track(
    track_id="trk_1",
    owner_id="usr_1",
    upload_id="upl_1",
    idempotency_key="",
    title="Joshua Morin - On The Run",
    title_chosen=False,
    artist="",
    state=TrackState.CHECKING,
    model="",
    job_id="job_1",
    created_at=NOW,
    updated_at=NOW,
)


def named(track: Track, title: str = "", artist: str = "") -> tuple[str, str]:
    accepted = track.accepted(Acceptance(AUDIO, title, artist, ("vocals",), (), "baseline"))
    return accepted.artist, accepted.title


def test_a_file_without_tags_is_named_by_its_name() -> None:
    """Where the file says neither artist nor title, its name may: both are taken from there."""
    assert named(FRESH) == ("Joshua Morin", "On The Run")


@pytest.mark.parametrize(
    ("changes", "tags", "told"),
    [
        # Either tag shows that somebody tagged it, and the name may then say anything.
        ({}, ("On The Run", ""), ("", "On The Run")),
        ({}, ("", "Joshua Morin"), ("Joshua Morin", "Joshua Morin - On The Run")),
        # What its listener wrote stays.
        ({"title_chosen": True}, ("", ""), ("", "Joshua Morin - On The Run")),
        ({"artist": "Mine"}, ("", ""), ("Mine", "Joshua Morin - On The Run")),
        # A second try reads no names.
        ({"jobs": 2}, ("", ""), ("", "Joshua Morin - On The Run")),
    ],
)
def test_a_name_is_parted_only_for_want_of_better(
    changes: dict[str, Any], tags: tuple[str, str], told: tuple[str, str]
) -> None:
    """Tags, and whatever the listener chose, count before the file's name."""
    assert named(dataclasses.replace(FRESH, **changes), *tags) == told
