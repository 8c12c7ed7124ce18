"""Every RPC of every contract, by every caller, on one's own and on another's: no cell crosses from person to person.

What must come out is read from the rules in the contracts; what is called is found in the generated code.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

from chassis.identity import OPERATOR, OPERATORS, ROLES
from chassis.rpc.errors import Refusal
from chassis.rpc.rules import Rule, rules_of
from stripsession.audit.v1 import operator_act_service_pb2 as audit
from stripsession.separation.v1 import separation_service_pb2 as separation
from tests.integration.walks.belongings import Belongings, Person, State, absent
from tests.integration.walks.contracts import every_rpc, method_named
from tests.integration.walks.house import CALLERS, FORGER, NOBODY, NOTING, Heard, services_of
from tests.integration.walks.operator_examples import EXAMPLES
from tests.integration.walks.people import OBJECTS, Walk, exchanged, taken
from tests.integration.walks.rpc_examples import Asked, Example

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

OUTSIDE = grpc.StatusCode.UNAVAILABLE
"""What a connection comes to that was never made."""
FAULTS = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNIMPLEMENTED}


async def heard(walk: Walk, method: MethodDescriptor, asked: Asked, caller: str, service: str = "") -> Heard:
    """What comes of a call; `service` is which of several that answer it."""
    return await walk.house.call(method, EXAMPLES[method.full_name].requests(asked), caller, service=service)


def rule_of(method: MethodDescriptor) -> Rule:
    """What the contract says of an RPC."""
    return rules_of(method.containing_service.full_name)[f"{method.containing_service.full_name}/{method.name}"]


def admitted(method: MethodDescriptor) -> frozenset[str]:
    """Certificates that an RPC answers; those of operators by their role."""
    rule = rule_of(method)
    if OPERATOR not in rule.callers:
        return rule.callers
    # As many of them as stand at or above the role, with the bare certificate, which is an admin's.
    roles = ROLES[ROLES.index(rule.role) :]
    return rule.callers | {f"{OPERATOR}-{role}" for role in roles}


def named_in(example: Example, asked: Asked) -> list[str]:
    """The belongings that a request names: those whose change it shows."""
    before = example.requests(asked)
    return [name for name in OBJECTS if example.requests(exchanged(asked, **{name: "another"})) != before]


def _plain(refusal: Refusal | None, things: Belongings) -> object:
    """A refusal without the names that were asked about: what is left must not tell another's from nobody's."""
    assert refusal is not None, "another's was given"
    told = repr(dataclasses.astuple(refusal))
    for name, value in dataclasses.asdict(things).items():
        # A number is in many a word, and names nobody.
        told = told.replace(value, f"<{name}>") if value and not value.isdigit() else told
    return told


async def _check_refused_as_absent(
    walk: Walk, method: MethodDescriptor, caller: str, crossing: Asked, names: list[str]
) -> None:
    """Another's, and what nobody has, must be refused in the same words."""
    missing = taken(crossing, names, absent())
    refusal = (await heard(walk, method, crossing, caller)).refusal
    told = _plain(refusal, crossing.things)
    assert refusal is not None
    assert refusal.code not in FAULTS, told
    if not set(names) & EXAMPLES[method.full_name].chosen:
        assert told == _plain((await heard(walk, method, missing, caller)).refusal, missing.things)


def _check_silent(walk: Walk, answers: Sequence[Message], of: Person) -> None:
    """Nothing in the answers may be a person's."""
    assert walk.silent_about(of, " ".join(str(answer) for answer in answers))


def label(method: MethodDescriptor, service: str) -> str:
    name = str(method.full_name).removeprefix("stripsession.")
    return name if services_of(method) == (service,) else f"{name} of {service}"


async def test_what_operators_do_is_noted_where_they_do_it(walk: Walk) -> None:
    """Every RPC whose rule is an operator's, found in the contracts, is in its service's log once it was asked."""
    operators = [(method, service) for method, service in EVERY if rule_of(method).is_operators]
    assert {service for _, service in operators} == set(NOTING)
    listing = method_named("stripsession.audit.v1.OperatorActService.ListOperatorActs")
    for method, service in operators:
        asked = await walk.shown(EXAMPLES[method.full_name].state)
        assert (await heard(walk, method, asked, "console-support", service)) is not None
        (answer,) = (
            await walk.house.call(listing, [audit.ListOperatorActsRequest()], "console", service=service)
        ).answers
        assert isinstance(answer, audit.ListOperatorActsResponse)
        act = answer.acts[1]
        assert act.method == f"{method.containing_service.full_name}/{method.name}"
        assert (act.certificate, act.role) == ("console-support", "support")
        assert act.outcome == ("OK" if "console-support" in admitted(method) else "ROLE_NOT_ALLOWED")


EVERY = [(method, service) for method in every_rpc() for service in services_of(method)]


async def test_every_rpc_has_an_example_and_a_server(walk: Walk) -> None:
    """No RPC of a contract is left out of the walk, by a missing example or by a service that nobody starts."""
    assert set(EXAMPLES) == {method.full_name for method in every_rpc()}
    assert {service for _, service in EVERY} == set(walk.house.ports)


async def test_a_job_is_not_put_on_anothers_track(walk: Walk) -> None:
    """A new job, with leave to read an upload of one's own, is refused for another's track, whose own job stays."""
    adas = await walk.maker.belongings(walk.ada, State.SEPARATING)
    bobs = await walk.whole(State.OPENED, walk.bob)
    opening = EXAMPLES["stripsession.library.v1.MaterialService.OpenTrack"].requests(bobs)[0]
    leave = await walk.maker.ask("library.v1.MaterialService.OpenTrack", opening, "separation")
    request = separation.SubmitJobRequest(
        job_id=absent().job_id, track_id=adas.track_id, owner_id=walk.bob.user_id, upload=leave.upload
    )
    method = method_named("stripsession.separation.v1.SeparationService.SubmitJob")
    refusal = (await walk.house.call(method, [request], "library")).refusal
    assert refusal is not None
    assert refusal.reason == "JOB_MISMATCH"
    asking = separation.GetJobOfTrackRequest(owner_id=adas.owner_id, track_id=adas.track_id)
    told = await walk.maker.ask("separation.v1.JobReadingService.GetJobOfTrack", asking, "gateway")
    assert told.job.job_id == adas.job_id


@pytest.mark.parametrize(("method", "service"), EVERY, ids=[label(*each) for each in EVERY])
async def test_only_declared_callers_are_heard(walk: Walk, method: MethodDescriptor, service: str) -> None:
    """A certificate that the contract does not name gets nothing, not even with a person's own request.

    Nor does an operator's of a lesser role than it asks for.
    """
    asked = await walk.shown(EXAMPLES[method.full_name].state)
    for caller in set(CALLERS) - admitted(method):
        refusal = (await heard(walk, method, asked, caller, service)).refusal
        assert refusal is not None, caller
        if caller in (NOBODY, FORGER):
            assert refusal.code == OUTSIDE, caller
        else:
            is_lesser = caller in OPERATORS and OPERATOR in rule_of(method).callers
            reason = "ROLE_NOT_ALLOWED" if is_lesser else "CALLER_NOT_ALLOWED"
            assert (refusal.code, refusal.reason) == (grpc.StatusCode.PERMISSION_DENIED, reason), caller


OWNED = [each for each in EVERY if rule_of(each[0]).owner_path]
OTHERS = [method for method, _ in EVERY if not rule_of(method).owner_path]


@pytest.mark.parametrize(("method", "service"), OWNED, ids=[label(*each) for each in OWNED])
async def test_what_is_anothers_is_answered_as_what_is_not(walk: Walk, method: MethodDescriptor, service: str) -> None:
    """Of another's objects, one by one and all together, a person learns and changes nothing; their owner may all."""
    example = EXAMPLES[method.full_name]
    mine = await walk.asked(example, walk.ada)
    bobs = await walk.asked(example, walk.bob)
    names = named_in(example, mine)
    for caller in rule_of(method).callers:
        unnamed = await heard(walk, method, dataclasses.replace(mine, actor=""), caller, service)
        assert unnamed.refusal is not None
        assert unnamed.refusal.reason == "IDENTIFIER_MISSING"
        for stranger in (walk.bob.user_id, absent().owner_id):
            crossing = dataclasses.replace(mine, actor=stranger)
            if names and names != ["page_token"] and not example.leaves_out:
                await _check_refused_as_absent(walk, method, caller, crossing, names)
            else:
                _check_silent(walk, (await heard(walk, method, crossing, caller, service)).answers, walk.ada)
        for name in names if len(names) > 1 else ():
            crossing = taken(bobs, [name], mine.things)
            await _check_refused_as_absent(walk, method, caller, crossing, [name])
        answered = await heard(walk, method, mine, caller, service)
        assert answered.refusal is None, answered.refusal
        _check_silent(walk, answered.answers, walk.bob)


@pytest.mark.parametrize("method", OTHERS, ids=[label(method, services_of(method)[0]) for method in OTHERS])
async def test_what_needs_no_person_mixes_no_people(walk: Walk, method: MethodDescriptor) -> None:
    """An RPC in nobody's name answers its callers, and refuses to put one person's object to another's."""
    example = EXAMPLES[method.full_name]
    mine = await walk.asked(example, walk.ada)
    bobs = await walk.asked(example, walk.bob)
    names = named_in(example, mine)
    # What operators did is told of whomever they did it to.
    is_of_all = not names and (rule_of(method).ownership == "machine" or services_of(method) == NOTING)
    for caller in admitted(method):
        for name in names if len(names) > 1 else ():
            answered = await heard(walk, method, taken(mine, [name], bobs.things), caller)
            assert answered.refusal is not None, name
            assert answered.refusal.code not in FAULTS, answered.refusal
        answered = await heard(walk, method, mine, caller)
        assert answered.refusal is None, answered.refusal
        if not is_of_all:
            _check_silent(walk, answered.answers, walk.bob)
