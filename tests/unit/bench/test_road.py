"""A song is followed to its end, through a gateway that is started again, and given up where nothing moves."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.bench.road import events_of, follow

GATEWAY = "http://gateway"


def told(state: str, segments: int) -> dict[str, Any]:
    """One event of a track."""
    return {"state": state, "segments": segments, "percent": 50}


def stream(*events: dict[str, Any]) -> httpx.Response:
    """A stream of these events with a heartbeat before each; it ends without more, as one that is cut off."""
    return httpx.Response(200, text="".join(f": \n\ndata: {json.dumps(event)}\n\n" for event in events))


def away(request: httpx.Request) -> httpx.Response:
    """A gateway that nobody reaches."""
    raise httpx.ConnectError("refused", request=request)


class Wall:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.now_s

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now_s += seconds

    def events(self, answer: Callable[[httpx.Request], httpx.Response]) -> Iterator[dict[str, Any] | None]:
        """Events of a track, from a gateway that answers so."""
        http = httpx.Client(base_url=GATEWAY, transport=httpx.MockTransport(answer))
        return events_of(http, "trk_1", lambda: None, now=self.now, pause=self.pause)


def test_a_stream_that_was_cut_off_is_taken_up_after_a_pause() -> None:
    """Where a stream ends early or the gateway is away for a while, the song is followed on; nobody spins."""
    wall = Wall()
    answers = iter([stream(told("separating", 1)), None, None, stream(told("separating", 2), told("ready", 2))])

    def answer(request: httpx.Request) -> httpx.Response:
        found = next(answers)
        return found or away(request)

    news = list(wall.events(answer))
    assert [one["segments"] for one in news if one] == [1, 2, 2]
    # One for each heartbeat, each blank line and each connection that was lost: looks at the clock.
    assert None in news
    assert len(wall.pauses) == 3
    assert min(wall.pauses) > 0


def test_a_gateway_that_stays_away_is_given_up() -> None:
    """A gateway that nobody reaches for two minutes is no more asked, and its error is the one that is told."""
    wall = Wall()
    with pytest.raises(httpx.ConnectError):
        list(wall.events(away))
    assert 100 < wall.now_s < 200
    assert len(wall.pauses) < 200


def test_a_song_that_stands_still_is_given_up_without_news() -> None:
    """A track whose stream brings heartbeats alone, or is cut off again and again, is given up as stalled."""
    ticks = itertools.count(step=60)
    with pytest.raises(AssertionError, match=r"no new segment for 600 s: .*'segments': 3"):
        follow(itertools.chain([told("separating", 3)], itertools.repeat(None)), 10_000.0, lambda: float(next(ticks)))
    wall = Wall()
    with pytest.raises(AssertionError, match="no new segment for 600 s"):
        follow(wall.events(lambda _: stream(told("separating", 1))), 10_000.0, wall.now)


def test_a_song_is_followed_to_its_end() -> None:
    """The first segment and the end are told by the clock at which they were heard of; a failure is told as it is."""
    ticks = itertools.count()
    events = [None, told("checking", 0), told("separating", 1), None, told("separating", 2), told("ready", 2)]
    assert follow(events, 60.0, lambda: float(next(ticks))) == (3.0, 6.0)
    with pytest.raises(AssertionError, match="failed"):
        follow([told("failed", 0)], 60.0)
