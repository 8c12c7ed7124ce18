"""One running StripSession for all stories that leave it running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stories.house import House, Listener
from tests.stories.songs import long_song

REHEARSAL_S = 30


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    # Receivers of webhooks are on this machine, too.
    settings = {
        "STRIPSESSION_LIBRARY__WEBHOOK_LOOPBACK": "true",
        # However long one try takes, the wait after too many is not over with it.
        "STRIPSESSION_GATEWAY__SIGN_IN_WAIT_S_MIN": "60",
    }
    house = House(tmp_path_factory.mktemp("house") / "data", settings=settings)
    house.start()
    yield house
    house.stop()


@pytest.fixture
def listener(house: House) -> Iterator[Listener]:
    listener = Listener(house)
    yield listener
    listener.http.close()


@pytest.fixture(scope="session")
def one_minute() -> bytes:
    """A song long enough to be interrupted, and short enough to be interrupted often: a dozen segments."""
    return long_song(60)


@pytest.fixture(scope="session")
def musician(house: House) -> Iterator[Listener]:
    """Somebody with a track "rehearsal" that is ready, for stories that change nothing of it."""
    musician = Listener(house)
    musician.wait(musician.add_track("rehearsal.flac", long_song(REHEARSAL_S)))
    yield musician
    musician.http.close()
