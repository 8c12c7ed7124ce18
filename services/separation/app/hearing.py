"""What is heard in a song beside its separation: beats and loudness in its mix, pitches in its segments."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from services.separation.app.ports import OpenedTrack
from services.separation.audio.arrays import MixBlock
from services.separation.audio.figures import heard_pitches
from services.separation.audio.mix_analysis import MixAnalysis, MixFindings
from services.separation.audio.properties import AudioProperties
from services.separation.audio.segments import Segment
from services.separation.audio.shelter import GivenUp, Shelter
from services.separation.audio.tonality import Key, PitchClassSum
from services.separation.domain.findings import Analysis


class Hearing:
    """One attempt's. Nothing that goes wrong in it reaches the stems: that part is told to `given_up` and unknown."""

    def __init__(
        self, properties: AudioProperties, stems: Sequence[str], opened: OpenedTrack, given_up: GivenUp
    ) -> None:
        """`opened` says what attempts before this one heard."""
        self._properties = properties
        self._stems = stems
        self._mix = MixAnalysis(properties, given_up)
        self._found: MixFindings | None = None
        self._key = Shelter("key", given_up)
        self._pitches = PitchClassSum(opened.pitch_classes)
        if opened.committed_segments and not opened.pitch_classes:
            # An attempt before gave it up, and said so.
            self._key.close()

    def feed(self, block: MixBlock) -> None:
        """Take the next of the mix, from the song's first sample on."""
        self._mix.feed(block)

    def finish(self) -> None:
        """The mix has ended."""
        self._found = self._mix.finish()

    def pitches(self, segment: Segment) -> tuple[float, ...]:
        """The pitch classes of a segment; none once the key is given up."""
        return self._key.tried(partial(heard_pitches, segment, self._stems, self._properties), ())

    def committed(self, pitches: tuple[float, ...]) -> None:
        """A segment in which these were heard is the song's."""
        self._key.tried(partial(self._pitches.add, pitches), None)

    def analysis(self) -> Analysis:
        """What was heard in the whole song. Raises LookupError before it has finished."""
        if self._found is None:
            raise LookupError("the song has not been heard to its end")
        beats, loudness = self._found.beats, self._found.loudness
        key = self._key.tried(self._pitches.key, Key(None, 0.0))
        return Analysis(
            beats.bpm,
            beats.confidence,
            beats.times_s,
            key.name or "",
            key.confidence,
            loudness.integrated_lufs,
            loudness.range_lu,
            loudness.true_peak_dbtp,
        )
