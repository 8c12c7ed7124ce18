"""Which stems of a song sound in a mix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.library.domain.errors import MixInvalid, StemNotFound
from services.library.domain.mixing import Level, chosen_levels, preset_levels

_SIX = ("drums", "bass", "other", "vocals", "guitar", "piano")


@pytest.mark.parametrize(
    ("stems", "voices"),
    [
        (("vocals", "instrumental"), {"vocals"}),
        (("vocals", "drums", "bass", "other"), {"vocals"}),
        (_SIX, {"vocals"}),
        (("lead_vocals", "backing-vocals", "rest"), {"lead_vocals", "backing-vocals"}),
        (("vocals", "no_vocals"), {"vocals"}),
        (("voice", "non-voice"), {"voice"}),
        (("vocals", "without_vocals"), {"vocals"}),
        (("minus_lead_vocals", "lead_vocals"), {"lead_vocals"}),
    ],
)
def test_presets_part_the_voices_from_the_rest(stems: tuple[str, ...], voices: set[str]) -> None:
    """Whatever the model's stems are, karaoke and acapella are two halves that hold each stem once."""
    assert {level.stem for level in preset_levels(stems, "acapella")} == voices
    for name in ("karaoke", "instrumental"):
        assert [level.stem for level in preset_levels(stems, name)] == [stem for stem in stems if stem not in voices]


@pytest.mark.parametrize("stems", [("drums", "bass"), ("vocals",)])
def test_a_song_without_both_has_no_presets(stems: tuple[str, ...]) -> None:
    """Where there is no voice, or nothing else, the refusal says so; an unknown preset is none."""
    with pytest.raises(StemNotFound, match="voices"):
        preset_levels(stems, "karaoke")
    with pytest.raises(StemNotFound):
        preset_levels(_SIX, "choir")


def test_levels() -> None:
    """Without names all stems sound as they are; 0 dB is exactly the stem, 20 dB ten times."""
    assert chosen_levels(_SIX, (), (), ()) == tuple(Level(stem) for stem in _SIX)
    assert chosen_levels(_SIX, ("bass", "piano"), (0.0, 20.0), (-1.0, 0.5)) == (
        Level("bass", 1.0, -1.0),
        Level("piano", 10.0, 0.5),
    )


@given(gains=st.lists(st.floats(), max_size=3), pans=st.lists(st.floats(), max_size=3))
def test_any_numbers_are_levels_or_refused(gains: list[float], pans: list[float]) -> None:
    """Whatever numbers come, NaN and infinities too, the levels are within bounds or the mix is refused."""
    try:
        levels = chosen_levels(_SIX, ("bass", "piano"), gains, pans)
    except MixInvalid:
        return
    assert all(0 < level.gain < 16 and -1 <= level.pan <= 1 for level in levels)
