"""Checks of promises on a real PostgreSQL: each of retention's own turns when what it looks at is not done."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from chassis import metrics
from chassis.db import examining
from chassis.db.operator_acts import OperatorActs
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from services.retention.app.run_checks import run_checks
from services.retention.domain.checks import CHECKS, EVERYBODY, ITSELF, SOON_S
from services.retention.domain.finding import State, judged
from services.retention.events.account_timer import AccountTimer
from services.retention.store import examination
from services.retention.store.checks import CheckStore
from services.retention.store.examination import Examination
from services.retention.wiring import Checking, erasing_servicer, make_account_ports, rpc_server
from stripsession.retention.v1 import promise_administration_service_pb2 as admin_pb
from stripsession.retention.v1 import promise_administration_service_pb2_grpc as admin_grpc
from stripsession.retention.v1 import promise_service_pb2 as pb
from stripsession.retention.v1 import promise_service_pb2_grpc as pb_grpc
from tests.integration.plans import Planner
from tests.integration.retention.conftest import Setting
from tests.unit.retention.check_promises import CheckPromises
from tests.unit.retention.fake_checks import FakeExaminer

HOUR = datetime.timedelta(hours=1)
WELL = {figure: 0 for check in CHECKS.values() for figure in check.none_of + check.unless + check.tells}


class TestCheckStore(CheckPromises):
    """PostgreSQL keeps what the store promises."""

    @pytest.fixture
    def store(self, database: Database) -> CheckStore:
        return CheckStore(database)


def state_of(check: str, figures: dict[str, int], now: datetime.datetime) -> State:
    """What a check says of these figures of one holder, the others being well."""
    return judged(check, CHECKS[check], WELL | figures, now).state


@pytest.fixture
def own(setting: Setting) -> Examination:
    return Examination(setting.database, setting.clock, "eu-central")


async def look(setting: Setting, own: Examination, check: str) -> State:
    figures = dict(await own.examine(check))
    # Whatever retention alone can tell, it tells.
    assert figures.keys() == {*CHECKS[check].figures_of(ITSELF)}
    return state_of(check, figures, setting.clock.now())


async def test_two_processes_run_a_check_once(database: Database, setting: Setting) -> None:
    """Of processes that look at the same moment one alone takes a check on."""
    checking = Checking(setting.settings, database, {}, setting.clock)
    examiner = FakeExaminer(WELL)
    ports = dataclasses.replace(checking.ports, examiners=dict.fromkeys(EVERYBODY, examiner))
    found = await asyncio.gather(*(run_checks(ports) for _ in range(4)))
    names = [looked.finding.check for each in found for looked in each]
    assert sorted(names) == sorted(name for name, check in CHECKS.items() if check.is_built)
    assert {looked.finding.state for each in found for looked in each} == {State.KEPT}


async def test_an_upload_that_is_late_breaks_its_promise(setting: Setting, own: Examination) -> None:
    """An upload still held past its day breaks it, and so does one that was erased too late; one in time does not."""
    write, now = setting.database.pool.execute, setting.clock.now()
    erased = "INSERT INTO erasures VALUES ($1, 'usr_1', $2, $3, 'deadline', 1)"
    await write(erased, "upl_1", now - 25 * HOUR, now - HOUR)
    await write("INSERT INTO duties VALUES ('upl_2', 'usr_1', $1, $1, 'deadline')", now - 23 * HOUR)
    assert await look(setting, own, "uploads_erased_in_time") is State.KEPT
    await write("UPDATE duties SET uploaded_at = $1", now - 25 * HOUR)
    assert await look(setting, own, "uploads_erased_in_time") is State.BROKEN
    await write("DELETE FROM duties")
    await write(erased, "upl_3", now - 26 * HOUR, now - HOUR)
    assert await look(setting, own, "uploads_erased_in_time") is State.BROKEN


async def test_a_track_whose_objects_stayed_breaks_its_promise(setting: Setting, own: Examination) -> None:
    """A track that took longer than a minute to go breaks it, one that went at once does not."""
    write, now = setting.database.pool.execute, setting.clock.now()
    gone = "INSERT INTO track_erasures VALUES ($1, 'usr_1', $1, $2, $3, 4, 8, 8, 0, 0)"
    await write(gone, "trk_1", now - HOUR, now - HOUR)
    assert await look(setting, own, "deleted_tracks_gone") is State.KEPT
    await write(gone, "trk_2", now - 2 * HOUR, now - HOUR)
    assert await look(setting, own, "deleted_tracks_gone") is State.BROKEN


async def test_a_person_who_waits_breaks_their_promise(setting: Setting, own: Examination) -> None:
    """An erasure that is not over after an hour breaks it, and so does one that took longer."""
    write, now = setting.database.pool.execute, setting.clock.now()
    noted = "INSERT INTO account_erasures VALUES ($1, $2, $2, $3)"
    await write(noted, "usr_1", now - HOUR / 2, None)
    await write(noted, "usr_2", now - HOUR, now - HOUR / 2)
    assert await look(setting, own, "accounts_erased_in_time") is State.KEPT
    await write("UPDATE account_erasures SET requested_at = $1 WHERE user_id = 'usr_1'", now - 2 * HOUR)
    assert await look(setting, own, "accounts_erased_in_time") is State.BROKEN
    await write("UPDATE account_erasures SET finished_at = $1 WHERE user_id = 'usr_1'", now)
    assert await look(setting, own, "accounts_erased_in_time") is State.BROKEN


EXPORT = (
    "INSERT INTO exports (export_id, user_id, state, asked_at, due_at)"
    " VALUES ('exp_1', 'usr_1', 'preparing', '2000-01-01', now())"
)

REQUEST = (
    "INSERT INTO privacy_requests (number, kind, user_id, text, received_at, due_on)"
    " VALUES ('PR-0123456789', 'question', 'usr_1', 'Hello?', '2000-01-01', '2000-02-01')"
)


@pytest.mark.parametrize(
    "left",
    [
        "INSERT INTO receipt_salts VALUES ('usr_1', sha256('salt'))",
        "INSERT INTO duties VALUES ('upl_1', 'usr_1', now(), now(), 'deadline')",
        "INSERT INTO erasures VALUES ('upl_1', 'usr_1', now(), now(), 'deadline', 1)",
        "INSERT INTO track_erasures VALUES ('trk_1', 'usr_1', 'upl_1', now(), now(), 4, 8, 8, 0, 0)",
        EXPORT,
        REQUEST,
    ],
)
async def test_what_is_left_of_a_person_breaks_their_promise(setting: Setting, own: Examination, left: str) -> None:
    """Retention is a holder like the others: once an erasure is over, nothing of its person's is here."""
    write, now = setting.database.pool.execute, setting.clock.now()
    await write("INSERT INTO account_erasures VALUES ('usr_1', $1, $1, NULL)", now - HOUR / 2)
    await write(left)
    assert await look(setting, own, "accounts_erased_in_time") is State.KEPT
    await write("UPDATE account_erasures SET finished_at = $1", now)
    assert await look(setting, own, "accounts_erased_in_time") is State.BROKEN


@pytest.mark.parametrize("asked", [EXPORT, REQUEST])
async def test_whoever_a_backup_brought_back_may_ask_for_something(
    setting: Setting, own: Examination, asked: str
) -> None:
    """What came after their erasure was over is not left of it."""
    write, now = setting.database.pool.execute, setting.clock.now()
    await write("INSERT INTO account_erasures VALUES ('usr_1', $1, $1, $1)", now - HOUR / 2)
    await write(asked.replace("'2000-01-01'", "$1::timestamptz"), now)
    assert await look(setting, own, "accounts_erased_in_time") is State.KEPT


async def test_a_region_that_nobody_states_breaks_its_promise(setting: Setting, own: Examination) -> None:
    """The setting decides, and its default is that none is stated."""
    assert setting.settings.region == ""
    assert await look(setting, own, "region_is_stated") is State.KEPT
    unstated = Examination(setting.database, setting.clock, setting.settings.region)
    assert await look(setting, unstated, "region_is_stated") is State.BROKEN


FINDING = (
    "INSERT INTO findings (check_name, state, reason, service, figures, seen_at)"
    " VALUES ('x', 'kept', '', '', '{}', $1::timestamptz)"
)
RECEIPT = "INSERT INTO account_receipts VALUES ('usr_1', 1, sha256('opening'), $1::timestamptz)"
CLOSING = (
    "INSERT INTO account_closings (user_id, asked_at, due_at, at_once, idempotency_key, token_hash, withdrawn_at)"
    " VALUES ('usr_1', $1::timestamptz, $1, false, '', sha256('token'), $1)"
)

OVER = (
    "WITH erased AS (INSERT INTO account_erasures VALUES ('usr_1', $1::timestamptz, $1, $1))"
    " INSERT INTO account_closings (user_id, asked_at, due_at, at_once, idempotency_key, token_hash, begun_at)"
    " VALUES ('usr_1', $1, $1, true, '', sha256('token'), $1)"
)
READY = (
    "INSERT INTO exports (export_id, user_id, state, asked_at, due_at, ready_at, expires_at, directory_at)"
    " VALUES ('exp_1', 'usr_1', 'ready', $1::timestamptz, $1, $1, $1, 0)"
)
ENDED = (
    "INSERT INTO exports (export_id, user_id, state, ending, asked_at, due_at, over_at)"
    " VALUES ('exp_1', 'usr_1', 'ended', 'away', $1::timestamptz, $1, $1)"
)
LISTED = (
    f"WITH ended AS ({ENDED} RETURNING export_id)"  # noqa: S608 - the statement above
    " INSERT INTO export_parts (export_id, position, holder, name, kind, media_type, schema, version)"
    " SELECT export_id, 2, 'auth', 'accounts.json', 'account', 'application/json', '', '' FROM ended"
)


@pytest.mark.parametrize(
    ("leaving", "days"),
    [(FINDING, 730), (RECEIPT, 90), (CLOSING, 30), (OVER, 90), (READY, 0), (ENDED, 1), (LISTED, 0)],
    ids=[
        *("findings", "receipts of accounts", "withdrawn closings", "closings that are over"),
        *("exports", "records of exports", "lists of exports"),
    ],
)
async def test_what_nobody_forgets_breaks_its_promise(
    setting: Setting, own: Examination, leaving: str, days: int
) -> None:
    """Whatever retention removes by age breaks the promise where that is not done, a day's grace given."""
    write, now = setting.database.pool.execute, setting.clock.now()
    await write(leaving, now - datetime.timedelta(days=days + 1))
    assert await look(setting, own, "expired_things_purged") is State.KEPT
    setting.clock.advance(seconds=1)
    assert await look(setting, own, "expired_things_purged") is State.BROKEN


@pytest.mark.parametrize("check", [name for name, each in CHECKS.items() if each.every_s == SOON_S])
async def test_what_is_looked_at_often_is_found_by_its_moment(
    own: Examination, database: Database, monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    """However much evidence there is, a look every few minutes reads what happened of late, and no whole table."""
    planner = Planner(database)
    for module in (examination, examining):
        monkeypatch.setattr(module, "count_up_to", planner.count_up_to)
    await own.examine(check)
    assert planner.seen
    # Uploads of one day that are not erased yet, which are few.
    assert planner.faults <= {"duties is read whole"}


async def test_a_holder_that_is_away_is_named(setting: Setting, certificates: Path) -> None:
    """A library that does not answer is told as the part that is missing, over the wire."""
    await setting.library.stop()
    channel = Channel("library", setting.library.address, Certificates(certificates, "retention"))
    checking = Checking(setting.settings, setting.database, {"library": channel}, setting.clock)
    await run_checks(checking.ports)
    async with checking.ports.store.transaction() as work:
        known = await work.known()
    await channel.stop()
    finding = known["uploads_erased_in_time"].finding
    assert (finding.state, finding.reason, finding.service) == (State.CANNOT_SAY, "NO_ANSWER", "library")
    finding = known["children_are_refused"].finding
    assert (finding.state, finding.reason, finding.service) == (State.CANNOT_SAY, "NOT_CONFIGURED", "auth")


async def test_metrics_tell_each_promise(setting: Setting) -> None:
    """Each check that is built says whether its promise is kept, and how long ago that was last found."""
    checking = Checking(setting.settings, setting.database, {}, setting.clock)
    await checking.timer._round()

    def told(metric: object, check: str) -> float:
        return metric.labels(check)._value.get()  # type: ignore[attr-defined, no-any-return]  # the registry's own

    assert told(metrics.PROMISE_KEPT, "region_is_stated") == 0
    assert told(metrics.PROMISE_PROVED_AGE_SECONDS, "region_is_stated") == float("inf")
    with_region = dataclasses.replace(setting.settings, region="eu-central")
    stated = Checking(with_region, setting.database, {}, setting.clock)
    setting.clock.advance(hours=1)
    await stated.timer._round()
    setting.clock.advance(seconds=90)
    await stated.timer._measure()
    assert told(metrics.PROMISE_KEPT, "region_is_stated") == 1
    assert told(metrics.PROMISE_PROVED_AGE_SECONDS, "region_is_stated") == 90


@pytest.fixture
async def served(setting: Setting, certificates: Path) -> AsyncIterator[tuple[Checking, int]]:
    accounts = make_account_ports(setting.database, {}, setting.clock)
    erasing = erasing_servicer(accounts, AccountTimer(accounts))
    checking = Checking(setting.settings, setting.database, {}, setting.clock)
    acts = OperatorActs(setting.database)
    server = rpc_server(setting.settings, setting.ports, erasing, Readiness(), acts, checking)
    await server.start()
    yield checking, server.port
    await server.stop()


async def test_everybody_may_read_every_promise(served: tuple[Checking, int], certificates: Path) -> None:
    """All clauses come in their order; what was never looked at is unproved, and what has no check says so."""
    checking, port = served
    channel = Channel("retention", f"127.0.0.1:{port}", Certificates(certificates, "gateway"))
    stub = pb_grpc.PromiseServiceStub(channel.grpc)
    before = await stub.ListPromises(pb.ListPromisesRequest())
    assert [promise.clause_id for promise in before.promises] == [
        clause.clause_id for clause in checking.policies[before.version].clauses
    ]
    told = {promise.clause_id: promise for promise in before.promises}
    assert (told["12"].state, told["12"].reason) == (pb.PROMISE_STATE_CANNOT_SAY, "NOT_RUN")
    assert told["10"].state == pb.PROMISE_STATE_NOT_BUILT
    assert told["10"].remedy
    await run_checks(checking.ports)
    after = {promise.clause_id: promise for promise in (await stub.ListPromises(pb.ListPromisesRequest())).promises}
    assert after["12"].state == pb.PROMISE_STATE_BROKEN
    assert dict(after["12"].figures) == {"region_not_stated": 1}
    assert list(after["12"].broken_by) == ["region_not_stated"]
    assert "STRIPSESSION_RETENTION__REGION" in after["12"].remedy
    assert not after["12"].HasField("proved_at")
    await channel.stop()


async def test_an_operator_has_the_checks_run_and_that_is_noted(
    served: tuple[Checking, int], setting: Setting, certificates: Path
) -> None:
    """`--run` waits for what the checks find; the act stands in the log, and the gateway may not ask for it."""
    checking, port = served
    await checking.timer.runner.start()
    channel = Channel("retention", f"127.0.0.1:{port}", Certificates(certificates, "console"))
    stub = admin_grpc.PromiseAdministrationServiceStub(channel.grpc)
    answer = await stub.AuditPromises(admin_pb.AuditPromisesRequest(run=True), timeout=40)
    states = {promise.clause_id: promise.state for promise in answer.known.promises}
    assert states["12"] == pb.PROMISE_STATE_BROKEN
    assert await setting.database.pool.fetchval("SELECT details->>'run' FROM operator_acts") == "True"
    await checking.timer.runner.stop()
    await channel.stop()
    gateway = Channel("retention", f"127.0.0.1:{port}", Certificates(certificates, "gateway"))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await admin_grpc.PromiseAdministrationServiceStub(gateway.grpc).AuditPromises(admin_pb.AuditPromisesRequest())
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    await gateway.stop()
