"""What operators do is noted before it is carried out, and what came of it, for good: over sockets, in PostgreSQL."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime
import io
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import asyncpg
import grpc
import pytest
from rich.console import Console

from chassis.authority import ensure_certificates
from chassis.db.operator_acts import OperatorActs
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import OPERATORS, Certificates
from chassis.rpc.acts import Act, metadata_of
from chassis.rpc.client import Channel
from chassis.rpc.errors import Refusal, from_error
from chassis.rpc.rules import RpcUndeclared
from chassis.rpc.server import RpcServer
from chassis.testing.postgres import PostgresServer
from cli import audit
from services.billing.wiring import MIGRATIONS
from stripsession.audit.v1 import operator_act_service_pb2 as pb
from stripsession.audit.v1 import operator_act_service_pb2_grpc as pb_grpc
from stripsession.billing.v1 import payment_service_pb2 as payments
from stripsession.billing.v1 import payment_service_pb2_grpc as payments_grpc

UTC = datetime.UTC


class NotPaid(Exception):
    """The invoice is not paid."""


class Administration(payments_grpc.PaymentAdministrationServiceServicer):
    """Answers by what it is asked about, and keeps what was known of each call while it was carried out."""

    def __init__(self, log: OperatorActs | None) -> None:
        self._log = log
        self.outcomes_meanwhile: list[str] = []

    async def RefundInvoice(
        self, request: payments.RefundInvoiceRequest, context: object
    ) -> payments.RefundInvoiceResponse:
        assert self._log is not None
        self.outcomes_meanwhile.append((await self._log.page(None, None, 1))[0].outcome)
        if request.invoice_id == "in_open":
            raise NotPaid
        if request.invoice_id == "in_slow":
            await asyncio.Event().wait()
        if request.invoice_id == "in_fault":
            raise ValueError(request.invoice_id)
        return payments.RefundInvoiceResponse()

    async def GrantCourtesy(
        self, request: payments.GrantCourtesyRequest, context: object
    ) -> payments.GrantCourtesyResponse:
        return payments.GrantCourtesyResponse(grant_id="grt_1")

    async def CheckPrices(self, request: payments.CheckPricesRequest, context: object) -> payments.CheckPricesResponse:
        return payments.CheckPricesResponse()

    async def Reconcile(self, request: payments.ReconcileRequest, context: object) -> payments.ReconcileResponse:
        return payments.ReconcileResponse()


class Served:
    """A server with an operator's RPCs, its log, and a channel for each operator."""

    def __init__(self, server: RpcServer, database: Database, administration: Administration, folder: Path) -> None:
        self.database = database
        self.log = OperatorActs(database)
        self.administration = administration
        self._folder = folder
        self._address = f"127.0.0.1:{server.port}"
        self.open: list[Channel] = []

    def channel(self, certificate: str, name: str = "ann") -> Channel:
        certificates = Certificates(self._folder, certificate)
        self.open.append(Channel("billing", self._address, certificates, metadata=metadata_of(name)))
        return self.open[-1]

    def stub(
        self, certificate: str = "console", name: str = "ann"
    ) -> payments_grpc.PaymentAdministrationServiceAsyncStub:
        return payments_grpc.PaymentAdministrationServiceStub(self.channel(certificate, name).grpc)

    async def acts(self) -> list[tuple[str, str, str, str, dict[str, str]]]:
        """Certificate, name, method, outcome and details of each, the oldest first."""
        found = reversed(await self.log.page(None, None, 100))
        return [
            (
                *(each.act.certificate, each.act.operator, each.act.method.partition("/")[2]),
                *(each.outcome, dict(each.act.details)),
            )
            for each in found
        ]


def _server(certificates: Path, administration: Administration, log: OperatorActs | None) -> RpcServer:
    register = payments_grpc.add_PaymentAdministrationServiceServicer_to_server
    return RpcServer(
        "127.0.0.1:0",
        Certificates(certificates, "billing"),
        statuses={NotPaid: (grpc.StatusCode.FAILED_PRECONDITION, "INVOICE_NOT_PAID")},
        registrations=[lambda server: register(administration, server)],
        readiness=Readiness(),
        drain_s=0,
        acts=log,
    )


@pytest.fixture
async def served(postgres: PostgresServer, certificates: Path) -> AsyncIterator[Served]:
    ensure_certificates(certificates, OPERATORS)
    async with postgres.database("billing", MIGRATIONS) as database, contextlib.AsyncExitStack() as stack:
        log = OperatorActs(database)
        administration = Administration(log)
        server = _server(certificates, administration, log)
        await server.start()
        stack.push_async_callback(server.stop)
        made = Served(server, database, administration, certificates)
        yield made
        for channel in made.open:
            await channel.stop()


async def _refused(call: Awaitable[object]) -> Refusal:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return from_error(caught.value)


async def _reason(call: Awaitable[object]) -> str:
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return from_error(error).reason
    return "OK"


async def test_an_act_is_noted_before_it_is_carried_out_and_what_came_of_it_after(served: Served) -> None:
    """Each act is there while it is carried out, and then with OK or the reason word, whatever ended it."""
    stub = served.stub()
    await stub.RefundInvoice(payments.RefundInvoiceRequest(invoice_id="in_1"))
    await _refused(stub.RefundInvoice(payments.RefundInvoiceRequest(invoice_id="in_open")))
    await _refused(stub.RefundInvoice(payments.RefundInvoiceRequest(invoice_id="in_fault")))
    await _refused(stub.RefundInvoice(payments.RefundInvoiceRequest(invoice_id="in_slow"), timeout=0.3))
    async with asyncio.timeout(10):
        # The caller gives up by its own clock, and the server may note that a moment later.
        while (await served.acts())[-1][3] == "":
            pass
    assert served.administration.outcomes_meanwhile == [""] * 4
    told = [(outcome, details["invoice_id"]) for *_, outcome, details in await served.acts()]
    assert told[:3] == [("OK", "in_1"), ("INVOICE_NOT_PAID", "in_open"), ("INTERNAL", "in_fault")]
    assert told[3] in (("DEADLINE", "in_slow"), ("CANCELLED", "in_slow"))


async def test_what_cannot_be_noted_is_not_carried_out(served: Served) -> None:
    """Without a place to note it the act is refused, and reaches no servicer; an outcome alone may be lost."""
    await served.database.pool.execute("ALTER TABLE operator_acts RENAME TO gone")
    refusal = await _refused(served.stub().RefundInvoice(payments.RefundInvoiceRequest(invoice_id="in_1")))
    assert refusal.code == grpc.StatusCode.INTERNAL
    assert served.administration.outcomes_meanwhile == []
    await served.database.pool.execute("ALTER TABLE gone RENAME TO operator_acts")
    await served.database.pool.execute("ALTER TABLE operator_act_outcomes RENAME TO gone")
    await served.stub().CheckPrices(payments.CheckPricesRequest())
    await served.database.pool.execute("ALTER TABLE gone RENAME TO operator_act_outcomes")
    assert [(method, outcome) for _, _, method, outcome, _ in await served.acts()] == [("CheckPrices", "")]


async def test_a_note_says_who_and_what_and_nothing_of_a_person(served: Served) -> None:
    """Noted are who, identifiers of request and answer, and what is marked for it; whatever else was typed is not."""
    request = payments.GrantCourtesyRequest(owner_id="usr_1", seconds=60, life_days=30, reference="for ada@example.org")
    await served.stub("console", "Änn\n\x1b[31m <ann@example.org>").GrantCourtesy(request)
    typed = payments.RefundInvoiceRequest(invoice_id="ada@example.org")
    await served.stub("console-billing", "").RefundInvoice(typed)
    assert await served.acts() == [
        (
            *("console", "Änn[31m <ann@example.org>", "GrantCourtesy", "OK"),
            {"owner_id": "usr_1", "seconds": "60", "life_days": "30", "grant_id": "grt_1"},
        ),
        ("console-billing", "", "RefundInvoice", "OK", {"invoice_id": "?"}),
    ]


async def test_a_lesser_role_is_refused_and_its_try_noted(served: Served) -> None:
    """Support looks things up, billing moves money as well, an admin may all; a try at more is refused and noted."""
    allowed = {}
    for certificate in OPERATORS:
        stub = served.stub(certificate)
        reading = pb_grpc.OperatorActServiceStub(served.channel(certificate).grpc)
        # One after the other, so that their notes are in this order.
        reasons = [
            await _reason(stub.CheckPrices(payments.CheckPricesRequest())),
            await _reason(stub.Reconcile(payments.ReconcileRequest())),
            await _reason(reading.ListOperatorActs(pb.ListOperatorActsRequest())),
        ]
        allowed[certificate] = reasons
        assert [outcome for *_, outcome, _ in (await served.acts())[-3:]] == reasons
    no = "ROLE_NOT_ALLOWED"
    assert allowed == {
        "console": ["OK", "OK", "OK"],
        "console-support": ["OK", no, no],
        "console-billing": ["OK", "OK", no],
        "console-admin": ["OK", "OK", "OK"],
    }


async def test_a_server_without_a_log_has_no_rpc_of_an_operator(certificates: Path) -> None:
    """A service that answers an operator and forgot the log does not start: no such RPC can escape it."""
    with pytest.raises(RpcUndeclared, match=r"RefundInvoice, .*: an operator's, and there is no log"):
        await _server(certificates, Administration(None), None).start()


async def test_what_was_done_is_never_changed(served: Served) -> None:
    """Neither table takes a change, a deletion or a truncation; after two years the sweep takes what is old."""
    await served.stub().CheckPrices(payments.CheckPricesRequest())
    for table in ("operator_acts", "operator_act_outcomes"):
        for statement in ("UPDATE %s SET details = '{}'", "DELETE FROM %s", "TRUNCATE %s"):
            with pytest.raises(asyncpg.RaiseError, match="never changed"):
                await served.database.pool.execute(statement % table)
    before = await served.acts()
    await served.database.pool.execute(
        "INSERT INTO operator_acts (at, certificate, operator, role, method, details)"
        " VALUES (now() - interval '2 years 1 second', 'console', '', 'admin', 'a/B', '{}')"
    )
    await served.database.pool.execute(
        "INSERT INTO operator_act_outcomes (act_id, at, outcome, details)"
        " SELECT max(act_id), now() - interval '2 years 1 second', 'OK', '{}' FROM operator_acts"
    )
    assert len(await served.acts()) == 2
    await served.log.forget_old()
    assert await served.acts() == before
    assert await served.database.pool.fetchval("SELECT count(act_id) FROM operator_act_outcomes") == 1


async def test_acts_are_told_in_pages(served: Served) -> None:
    """Pages bring every act once, the newest first, from a moment on; a page that never was is refused."""
    for number in range(5):
        await served.log.begin(Act("console", "ann", "admin", "a/B", {"invoice_id": f"in_{number}"}))
    stub = pb_grpc.OperatorActServiceStub(served.channel("console").grpc)
    request = pb.ListOperatorActsRequest(page_size=2)
    told: list[str] = []
    while True:
        answer = await stub.ListOperatorActs(request)
        told += [act.details[0].value for act in answer.acts if act.method == "a/B"]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert told == [f"in_{number}" for number in reversed(range(5))]
    later = pb.ListOperatorActsRequest()
    later.since.FromDatetime(datetime.datetime.now(UTC) + datetime.timedelta(hours=1))
    assert not (await stub.ListOperatorActs(later)).acts
    for token in ("x", "-1", "9" * 19):
        refusal = await _refused(stub.ListOperatorActs(pb.ListOperatorActsRequest(page_token=token)))
        assert refusal.reason == "PAGE_TOKEN_INVALID"


async def test_the_command_line_brings_all_pages_of_all_services(
    served: Served, certificates: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each act since then is listed once, under who did it; a service on which no operator acts tells nothing."""
    other = RpcServer(
        "127.0.0.1:0",
        Certificates(certificates, "library"),
        statuses={},
        registrations=[],
        readiness=Readiness(),
        drain_s=0,
    )
    await other.start()
    for number in range(3):
        await served.stub(name="Änn").RefundInvoice(payments.RefundInvoiceRequest(invoice_id=f"in_{number}"))

    def channel(data: Path, service: str) -> Channel:
        if service == "billing":
            return served.channel("console")
        return Channel("library", f"127.0.0.1:{other.port}", Certificates(certificates, "console"))

    monkeypatch.setattr(audit, "console_channel", channel)
    monkeypatch.setattr(audit, "STORED", ("billing", "library"))
    monkeypatch.setattr(audit, "PAGE_SIZE", 2)
    output = io.StringIO()
    arguments = argparse.Namespace(data=tmp_path, since=audit.moment("1h"), json=False, all=False)
    assert await audit.run(arguments, Console(file=output, width=40)) == 0
    await other.stop()
    told = [line.partition("  ")[2] for line in output.getvalue().splitlines()]
    assert told == [f"Änn (console)  billing RefundInvoice  OK  invoice_id=in_{number}" for number in range(3)]
