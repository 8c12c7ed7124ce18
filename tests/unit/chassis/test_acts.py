"""What is written down of an operator's call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.identity import ROLES, Caller, named
from chassis.rpc.acts import (
    DETAILS_MAX,
    NAME_CHARACTERS_MAX,
    OPERATOR_KEY,
    Act,
    Acting,
    NotedAct,
    details_of,
    metadata_of,
    told_name,
)
from stripsession.auth.v1 import auth_service_pb2 as auth
from stripsession.billing.v1 import billing_service_pb2 as billing
from stripsession.library.v1 import library_service_pb2 as library
from stripsession.separation.v1 import separation_service_pb2 as separation


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_a_name_arrives_as_it_was_told(name: str) -> None:
    """Whatever somebody is called crosses gRPC, without what could move a cursor and at a bounded length."""
    ((key, value),) = metadata_of(name)
    assert value.isascii()
    told = told_name({key: value})
    assert told.isprintable()
    assert len(told) <= NAME_CHARACTERS_MAX
    if name.isprintable() and name == name.strip() and len(name) <= NAME_CHARACTERS_MAX:
        assert told == name


@given(st.text())
def test_no_name_in_metadata_is_trouble(value: str) -> None:
    """Metadata of another program, however malformed, becomes a printable name."""
    assert told_name({OPERATOR_KEY: value}).isprintable()
    assert told_name({}) == ""


def test_identifiers_are_written_down_wherever_they_stand() -> None:
    """Those of a nested message and of a list are noted by their fields' names; an e-mail and a code are not."""
    spec = library.DownloadSpec(owner_id="usr_1", track_id="trk_1", format="wav")
    assert details_of(library.ReadDownloadRequest(spec=spec)) == {"spec.owner_id": "usr_1", "spec.track_id": "trk_1"}
    listing = separation.ListJobsOfTracksRequest(owner_id="usr_1", track_ids=["trk_1", "a b"])
    assert details_of(listing) == {"owner_id": "usr_1", "track_ids": "trk_1,?"}
    answer = auth.CreateSignInLinkResponse(code="secret", user_id="usr_1")
    assert details_of(answer) == {"user_id": "usr_1"}
    assert details_of(auth.CreateSignInLinkRequest(email="ada@example.org")) == {}
    assert details_of(object()) == {}


@pytest.mark.parametrize(("plan", "noted"), [("studio", "studio"), ("ada@example.org", "?"), ("p" * 101, "?")])
def test_what_is_typed_where_a_name_belongs_is_noted_in_its_shape_alone(plan: str, noted: str) -> None:
    """A field that may be noted is, unless something else was typed into it."""
    request = billing.AssignPlanRequest(owner_id="usr_1", plan=plan)
    assert details_of(request) == {"owner_id": "usr_1", "plan": noted}


def test_a_note_is_bounded() -> None:
    """A list of thousands of identifiers does not become a row of megabytes."""
    listing = separation.ListJobsOfTracksRequest(track_ids=["t" * 100] * 10_000)
    assert len(details_of(listing)["track_ids"]) <= DETAILS_MAX * 101


@pytest.mark.parametrize(
    ("certificate", "caller"),
    [
        ("console", Caller("console", "console", "admin")),
        ("console-admin", Caller("console", "console-admin", "admin")),
        ("console-support", Caller("console", "console-support", "support")),
        ("console-owner", Caller("console-owner", "console-owner")),
        ("billing", Caller("billing", "billing")),
    ],
)
def test_a_certificate_names_the_role(certificate: str, caller: Caller) -> None:
    """The operator's certificates are the bare one, an admin's, and one for each role; another is a stranger's."""
    assert named(certificate) == caller


def test_a_role_may_what_those_before_it_may() -> None:
    """Support is less than billing, billing less than an admin, and a service has no role at all."""
    for has in ROLES:
        may = [role for role in ROLES if named(f"console-{has}").may_what(role)]
        assert may == list(ROLES[: ROLES.index(has) + 1])
    assert not named("billing").may_what("support")


class SlowLog:
    """Writes down what came of an act only once it is let."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.may_write = asyncio.Event()
        self.outcomes: list[str] = []

    async def begin(self, act: Act) -> int:
        return 1

    async def end(self, act_id: int, outcome: str, details: object) -> None:
        self.asked.set()
        await self.may_write.wait()
        self.outcomes.append(outcome)

    async def page(self, since: object, below_id: object, size: int) -> Sequence[NotedAct]:
        return []


async def test_an_outcome_is_noted_when_its_caller_goes_away_meanwhile() -> None:
    """A call that is cancelled while its outcome is on its way to the database leaves it there all the same."""
    log, ending = SlowLog(), set[asyncio.Task[None]]()
    acting = Acting(log, ending, "a/B", {}, auth.CreateSignInLinkRequest())
    await acting.begin(named("console"))
    call = asyncio.create_task(acting.end("DEADLINE"))
    await log.asked.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    log.may_write.set()
    await asyncio.gather(*ending)
    assert log.outcomes == ["DEADLINE"]
