"""Share links against a model: whatever is made, revoked, deleted and waited for, exactly the live ones open."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chassis.testing.postgres import PostgresServer
from services.library.app.create_share import create_share
from services.library.app.delete_track import delete_track
from services.library.app.list_shares import list_shares
from services.library.app.open_share import open_share
from services.library.app.revoke_share import revoke_share
from services.library.app.sweep import sweep
from services.library.domain.errors import ShareNotFound, TrackNotFound
from tests.integration.library.world import World, make_world

STEPS = settings(max_examples=15, stateful_step_count=20)


@dataclasses.dataclass
class Link:
    """What the model knows of a link."""

    share_id: str
    token: str
    track_id: str
    expires_at: datetime.datetime
    ended_at: datetime.datetime | None = None


class Links(RuleBasedStateMachine):
    """The model is every link that was ever made, with when it ended."""

    numbers = itertools.count()
    world: World
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.owner_id = f"usr_{next(self.numbers)}"
        self.tracks: list[str] = []
        self.deleted: set[str] = set()
        self.links: list[Link] = []

    @initialize()
    def begin(self) -> None:
        for _ in range(2):
            self.tracks.append(self.runner.run(self.world.track(owner_id=self.owner_id)).track_id)

    def is_live(self, link: Link) -> bool:
        return link.ended_at is None and self.world.clock.now() < link.expires_at and link.track_id not in self.deleted

    @rule(which=st.integers(0, 1), hours=st.integers(1, 50))
    def make(self, which: int, hours: int) -> None:
        track_id = self.tracks[which]
        with pytest.raises(TrackNotFound) if track_id in self.deleted else contextlib.nullcontext():
            share, token = self.runner.run(create_share(self.world.ports, self.owner_id, track_id, hours * 3600, ""))
            expires_at = self.world.clock.now() + datetime.timedelta(hours=hours)
            self.links.append(Link(share.share_id, token, track_id, expires_at))

    @rule(pick=st.integers(0, 99))
    def revoke(self, pick: int) -> None:
        if not self.links:
            return
        link = self.links[pick % len(self.links)]
        now = self.world.clock.now()
        call = revoke_share(self.world.ports, self.owner_id, link.track_id, link.share_id)
        if link.track_id in self.deleted:
            with pytest.raises(TrackNotFound):
                self.runner.run(call)
            return
        forgotten_at = min(link.expires_at, link.ended_at or link.expires_at) + datetime.timedelta(days=1)
        # From then on its row is gone once the sweep came by.
        with contextlib.suppress(ShareNotFound) if now > forgotten_at else contextlib.nullcontext():
            self.runner.run(call)
            link.ended_at = link.ended_at or now

    @rule(which=st.integers(0, 1))
    def delete(self, which: int) -> None:
        if self.tracks[which] in self.deleted:
            return
        self.runner.run(delete_track(self.world.ports, self.owner_id, self.tracks[which]))
        self.deleted.add(self.tracks[which])

    @rule(hours=st.sampled_from([0.5, 1, 5, 25]))
    def wait(self, hours: float) -> None:
        self.world.clock.advance(hours=hours)

    @rule()
    def tidy(self) -> None:
        self.runner.run(sweep(self.world.ports))

    @invariant()
    def only_live_links_open(self) -> None:
        self.runner.run(self._only_live_links_open())

    async def _only_live_links_open(self) -> None:
        for link in self.links:
            if self.is_live(link):
                assert (await open_share(self.world.ports, link.token)).share_id == link.share_id
            else:
                with pytest.raises(ShareNotFound):
                    await open_share(self.world.ports, link.token)
        for track_id in set(self.tracks) - self.deleted:
            listed = {share.share_id for share in await list_shares(self.world.ports, self.owner_id, track_id)}
            assert listed == {link.share_id for link in self.links if link.track_id == track_id and self.is_live(link)}


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture
def resident(postgres: PostgresServer, tmp_path: Path, runner: asyncio.Runner) -> Iterator[World]:
    """One world for all examples, on the machine's own loop."""
    stack = contextlib.AsyncExitStack()
    yield runner.run(stack.enter_async_context(make_world(postgres, tmp_path / "objects")))
    runner.run(stack.aclose())


@pytest.mark.timeout(300)
def test_links(resident: World, runner: asyncio.Runner) -> None:
    """Whatever is done to links and their tracks, each opens until it is revoked, expires or loses its track."""

    class Resident(Links):
        pass

    Resident.world, Resident.runner = resident, runner
    run_state_machine_as_test(Resident, settings=STEPS)
