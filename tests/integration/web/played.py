"""What the mixer played, held against the song that was made."""

from __future__ import annotations

import numpy as np

from tests.browser import Tapped
from tests.integration.web.made_song import STEMS, MadeSong


def assert_is_the_song(tapped: Tapped, song: MadeSong) -> None:
    """What was played is the song's samples of every stem, bit for bit, all from one place."""
    for lane, stem in enumerate(STEMS):
        made = song.pcm(stem, tapped.sample, tapped.sample + len(tapped.stems[lane][0]))
        np.testing.assert_array_equal(np.array(tapped.stems[lane]).T, made)
