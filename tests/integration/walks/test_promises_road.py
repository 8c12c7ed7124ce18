"""The promises of a whole installation, looked at by its own retention, with people and songs in it."""

from __future__ import annotations

import asyncio
import datetime
import sys
from typing import Any

import asyncpg
import pytest

from services.retention.domain.account_erasure import HOLDERS
from services.retention.domain.checks import CHECKS
from services.retention.domain.purge import LIVES_YEARS
from stripsession.auth.v1 import auth_service_pb2 as auth
from stripsession.auth.v1 import federation_service_pb2 as federation
from stripsession.auth.v1 import policy_acceptance_service_pb2 as acceptance
from stripsession.retention.v1 import promise_administration_service_pb2 as admin_pb
from stripsession.retention.v1 import promise_service_pb2 as pb
from tests.integration.walks.contracts import method_named
from tests.integration.walks.of_policy import IN_FORCE
from tests.integration.walks.people import Walk

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

AUDIT = "stripsession.retention.v1.PromiseAdministrationService.AuditPromises"
NOT_KEPT = {"region_is_stated": "region_not_stated"}
"""What this installation does not keep, and by which figure that is seen."""


@pytest.fixture(autouse=True)
def without_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of training may have run in this very process, which the services here would rightly see."""
    for name in [each for each in sys.modules if f"{each}.".startswith("inference.training.")]:
        monkeypatch.delitem(sys.modules, name)


async def audited(walk: Walk) -> dict[str, Any]:
    """What is known of each check, after it was run."""
    request = admin_pb.AuditPromisesRequest(run=True)
    heard = await walk.house.call(method_named(AUDIT), [request], "console-support", timeout_s=60)
    (answer,) = heard.answers
    assert isinstance(answer, admin_pb.AuditPromisesResponse)
    return {promise.check: promise for promise in answer.known.promises}


async def test_a_whole_installation_proves_its_promises(walk: Walk) -> None:
    """Every check that is built asks real services and is answered; what is not kept is known, and why."""
    known = await audited(walk)
    assert {
        check: list(promise.broken_by) for check, promise in known.items() if promise.state == pb.PROMISE_STATE_BROKEN
    }.keys() == NOT_KEPT.keys()
    for check, figure in NOT_KEPT.items():
        assert figure in known[check].broken_by
    kept = {check for check, promise in known.items() if promise.state == pb.PROMISE_STATE_KEPT}
    assert kept == {name for name, check in CHECKS.items() if check.is_built} - NOT_KEPT.keys()
    now = datetime.datetime.now(datetime.UTC)
    for check in kept:
        assert now - known[check].proved_at.ToDatetime(datetime.UTC) < datetime.timedelta(minutes=5)
        assert dict(known[check].figures).keys() == {*CHECKS[check].figures}
    assert known["no_path_to_training"].figures["modules_read"] > 200
    assert known["children_are_refused"].figures["accounts"] >= 2


async def test_whoever_was_not_asked_for_their_age_is_seen_until_they_are(walk: Walk) -> None:
    """Somebody comes by another issuer's word and has an account: the promise is broken until they say their part."""
    assert walk.house.vouching is not None
    request = federation.ResolveIdentityRequest(
        issuer=walk.house.vouching.issuer.options.address, subject=walk.house.vouching.person("newcomer").subject
    )
    user_id = (await walk.maker.ask("auth.v1.FederationService.ResolveIdentity", request, "gateway")).user_id
    broken = (await audited(walk))["children_are_refused"]
    assert (broken.state, list(broken.broken_by)) == (pb.PROMISE_STATE_BROKEN, ["accounts_without_confirmed_age"])
    confirming = auth.ConfirmAgeRequest(user_id=user_id, confirms_age=True)
    await walk.maker.ask("auth.v1.AuthService.ConfirmAge", confirming, "gateway")
    assert (await audited(walk))["children_are_refused"].state == pb.PROMISE_STATE_KEPT


async def test_whoever_signs_up_accepts_what_is_in_force(walk: Walk) -> None:
    """Auth knows the versions of retention, and notes the one in force of a sign-up; one that it lacks is seen."""
    asking = acceptance.GetPolicyAcceptanceRequest(user_id=walk.ada.user_id)
    standing = await walk.maker.ask("auth.v1.PolicyAcceptanceService.GetPolicyAcceptance", asking, "gateway")
    assert standing.in_force.version == IN_FORCE
    assert [(each.version, each.at_sign_up) for each in standing.accepted] == [(IN_FORCE, True)]
    assert (await audited(walk))["versions_are_accepted"].state == pb.PROMISE_STATE_KEPT


async def _comes_true(walk: Walk, service: str, question: str, *values: object) -> None:
    """Wait until a service's own schema says so."""
    connection = await asyncpg.connect(walk.house.urls[service], server_settings={"search_path": service})
    try:
        async with asyncio.timeout(60):
            while not await connection.fetchval(question, *values):
                pass
    finally:
        await connection.close()


async def test_what_goes_by_the_clock_goes_in_the_service_that_runs(walk: Walk) -> None:
    """Nobody asks for it: each holder is told to purge, and auth, which was told of the policy, announces it."""
    await _comes_true(
        walk,
        "retention",
        "SELECT count(*) = $1 FROM purges WHERE tries > 0 OR finished_at IS NOT NULL",
        len(HOLDERS) * len(LIVES_YEARS),
    )
    await _comes_true(walk, "auth", "SELECT count(*) > 0 FROM policy_versions WHERE walked_at IS NOT NULL")


async def test_a_promise_that_is_broken_is_seen_at_the_next_look(walk: Walk) -> None:
    """Somebody adds a column by hand: the next look says that accounts hold what nobody named, and then no more."""
    await walk.house.write_auth("ALTER TABLE accounts ADD COLUMN shoe_size integer")
    broken = (await audited(walk))["account_data_is_mapped"]
    assert (broken.state, list(broken.broken_by)) == (pb.PROMISE_STATE_BROKEN, ["columns_not_mapped"])
    await walk.house.write_auth("ALTER TABLE accounts DROP COLUMN shoe_size")
    assert (await audited(walk))["account_data_is_mapped"].state == pb.PROMISE_STATE_KEPT
