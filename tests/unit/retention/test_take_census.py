"""Asking every holder what it holds of a person, and telling it in words."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import importlib
from collections.abc import Mapping, Sequence

import pytest

from chassis.db.census import Basis, Kept
from chassis.testing.clock import ManualClock
from services.retention.app.take_census import CensusPorts, CountingHolder, take_census
from services.retention.domain.census import ASKED, Holding, read_words, told
from services.retention.domain.errors import HolderFailed
from services.retention.domain.policy import LANGUAGES, PolicyInvalid, in_force
from services.retention.store.held_words import read_held_words
from services.retention.store.policy_files import read_policies
from tests.unit.retention.census_promises import PERSON, UPLOADED_AT, CensusPromises

WORDS, POLICY = read_held_words(), in_force(read_policies(), datetime.date(2030, 1, 1))
TRACKS = Holding("tracks", "audio_metadata", 3, "until_deleted", "contract")


@dataclasses.dataclass
class FakeCounter:
    """Says what it holds of one person, or fails, or never answers."""

    holdings: Sequence[Holding] = ()
    of_whom: str = "usr_1"
    is_away: bool = False
    is_silent: bool = False
    together: asyncio.Barrier | None = None
    asked: list[str] = dataclasses.field(default_factory=list)

    async def census(self, user_id: str) -> Sequence[Holding]:
        self.asked.append(user_id)
        if self.is_away:
            raise HolderFailed("UNREACHABLE")
        if self.is_silent:
            await asyncio.Event().wait()
        if self.together is not None:
            await self.together.wait()
        return self.holdings if user_id == self.of_whom else ()


class TestFakeCounter(CensusPromises):
    """The fake says what a real holder does."""

    @pytest.fixture
    async def holder(self) -> CountingHolder:
        newest = UPLOADED_AT + datetime.timedelta(hours=1)
        receipts = Holding("upload_receipts", "pseudonymous", 2, "account_life", "legal_duty")
        return FakeCounter([dataclasses.replace(receipts, oldest=UPLOADED_AT, newest=newest)], of_whom=PERSON)


def ports_of(holders: Mapping[str, CountingHolder], patience_s: float = 20.0) -> CensusPorts:
    return CensusPorts(holders, WORDS, {POLICY.version: POLICY}, ManualClock(), patience_s)


async def test_everybody_is_asked_at_once_and_told_in_a_fixed_order() -> None:
    """No holder waits for another, each is asked once about the person, and the order is always the same."""
    together = asyncio.Barrier(len(ASKED))
    holders = {name: FakeCounter([TRACKS], together=together) for name in reversed(ASKED)}
    census = await take_census(ports_of(holders), "usr_1")
    assert [held.holder for held in census.held] == list(ASKED)
    assert census.away == {}
    assert all(holder.asked == ["usr_1"] for holder in holders.values())


async def test_one_that_is_down_is_named_and_the_rest_is_told() -> None:
    """A holder that fails, that never answers, or that nobody set up is told as away; the others' part stands."""
    holders = {name: FakeCounter([TRACKS]) for name in ASKED if name != "separation"}
    holders["billing"].is_away, holders["auth"].is_silent = True, True
    census = await take_census(ports_of(holders, patience_s=0.01), "usr_1")
    assert census.away == {"separation": "NOT_CONFIGURED", "billing": "UNREACHABLE", "auth": "TOO_SLOW"}
    assert [*census.away] == ["separation", "billing", "auth"]
    assert [held.holder for held in census.held] == ["library", "retention"]


async def test_what_there_is_none_of_is_left_out() -> None:
    """A kind of which nothing is held is not told, also where a holder counts it."""
    holders = {name: FakeCounter([dataclasses.replace(TRACKS, count=0)]) for name in ASKED}
    assert (await take_census(ports_of(holders), "usr_1")).held == []


def test_a_holding_is_told_in_the_words_of_the_policy() -> None:
    """Class, deadline and basis have the published words; what is unknown has none, and keeps its own name."""
    held = told("library", TRACKS, WORDS, POLICY)
    assert held.words is not None
    assert held.words.title["en"] == "Tracks"
    assert held.data_class.text == POLICY.labels["data"]["audio_metadata"]
    assert held.kept.text == POLICY.labels["deadline"]["until_deleted"]
    assert held.basis.text == POLICY.labels["basis"]["contract"]
    newer = told("library", Holding("dreams", "dream", 1, "a_while", "whim"), WORDS, POLICY)
    assert (newer.words, newer.kept.word, newer.kept.text) == (None, "a_while", {})


@pytest.mark.parametrize("holder", ASKED)
def test_every_kind_has_words(holder: str) -> None:
    """Each kind that a holder counts has a title and a use in every language, and no words are of another."""
    kinds = importlib.import_module(f"services.{holder}.store.holdings").KINDS
    assert set(WORDS[holder]) == {kind.name for kind in kinds}
    assert len(kinds) == len(WORDS[holder])


def test_every_deadline_and_basis_is_the_policys() -> None:
    """Whatever a kind may say of its life and its basis has words in the policy in force; cookies are of no kind."""
    assert {str(each) for each in Kept} == set(POLICY.labels["deadline"]) - {"browser"}
    assert {str(each) for each in Basis} == set(POLICY.labels["basis"]) - {"needed_or_consent"}


@pytest.mark.parametrize("missing", LANGUAGES)
def test_a_kind_that_lacks_a_language_is_refused(missing: str) -> None:
    """Words that not every language has are told with what they lack, and nothing starts with them."""
    said = dict.fromkeys(LANGUAGES, "Tracks")
    untold = {language: text for language, text in said.items() if language != missing}
    with pytest.raises(PolicyInvalid, match=r"library\.tracks"):
        read_words({"library": {"tracks": {"title": untold, "use": said}}})
