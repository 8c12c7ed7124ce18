"""What is heard in the mix as it streams by: beats and loudness. It begins at the song's first sample, always."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.loudness import Loudness, LoudnessMeter
from services.separation.audio.onsets import Onsets
from services.separation.audio.properties import AudioProperties
from services.separation.audio.shelter import GivenUp, Shelter
from services.separation.audio.tempo import Beats, find_beats

Found = TypeVar("Found")
Found_co = TypeVar("Found_co", covariant=True)

# Neither beats nor keys are heard above 10 kHz: samples are averaged in groups down to about this rate.
_THINNED_HZ = 20_000


@dataclass(frozen=True, slots=True)
class MixFindings:
    """Of a whole song."""

    beats: Beats
    loudness: Loudness


class MixAnalysis:
    """One song's analysis; memory grows by two bytes for each 12 ms, 6 MB in ten hours.

    It raises nothing: a part that fails, or finds what is no number, is told to `given_up` once and is unknown.
    """

    def __init__(self, properties: AudioProperties, given_up: GivenUp) -> None:
        self._beats = _Sheltered("beats", lambda: BeatListener(properties), Beats(None, 0.0), given_up)
        self._loudness = _Sheltered("loudness", lambda: LoudnessMeter(properties), Loudness(None, None, None), given_up)

    def feed(self, block: NDArray[np.int32]) -> None:
        """Take the next int32 `[n, channels]` of the mix."""
        self._loudness.feed(block)
        self._beats.feed(block)

    def finish(self) -> MixFindings:
        """What was heard."""
        return MixFindings(self._beats.finish(), self._loudness.finish())


class BeatListener:
    """Hears the beats of a mix."""

    def __init__(self, properties: AudioProperties) -> None:
        self._properties = properties
        self._group = thinning(properties.rate_hz)
        self._onsets = Onsets(properties.rate_hz / self._group)
        self._waiting = np.zeros((0, properties.channels), np.int32)

    def feed(self, block: NDArray[np.int32]) -> None:
        """Take the next int32 `[n, channels]`."""
        joined = np.concatenate((self._waiting, block)) if len(self._waiting) else block
        whole = len(joined) - len(joined) % self._group
        self._waiting = joined[whole:].copy()
        self._onsets.feed(thinned(joined[:whole], self._properties))

    def finish(self) -> Beats:
        """What the song came to."""
        strengths = self._onsets.finish()
        return find_beats(strengths, self._onsets.frames_a_second, self._onsets.first_frame_s)


class _Listener(Protocol[Found_co]):
    def feed(self, block: NDArray[np.int32]) -> None: ...

    def finish(self) -> Found_co: ...


class _Sheltered(Generic[Found]):
    """A listener that cannot even fail to begin."""

    def __init__(self, part: str, begin: Callable[[], _Listener[Found]], unknown: Found, given_up: GivenUp) -> None:
        self._shelter = Shelter(part, given_up)
        self._unknown = unknown
        self._listener: _Listener[Found] | None = self._shelter.tried(begin, None)

    def feed(self, block: NDArray[np.int32]) -> None:
        if self._listener is not None:
            self._shelter.tried(partial(self._listener.feed, block), None)

    def finish(self) -> Found:
        if self._listener is None:
            return self._unknown
        return self._shelter.tried(self._listener.finish, self._unknown)


def thinning(rate_hz: int) -> int:
    """How many samples are averaged into one."""
    return max(1, rate_hz // _THINNED_HZ)


def thinned(samples: NDArray[np.int32], properties: AudioProperties) -> NDArray[np.float32]:
    """int32 `[n, channels]` as float32 mono, full scale 1.0, in whole groups averaged; a rest is dropped."""
    columns = thinning(properties.rate_hz) * properties.channels
    whole = len(samples) * properties.channels // columns
    grouped = samples.reshape(-1)[: whole * columns].reshape(whole, columns)
    # 24 bits and at most 19 * 2 columns: the sum fits 32.
    total = grouped[:, 0].copy()
    for column in range(1, columns):
        total += grouped[:, column]
    result: NDArray[np.float32] = total.astype(np.float32) * np.float32(1 / (properties.full_scale * columns))
    return result
