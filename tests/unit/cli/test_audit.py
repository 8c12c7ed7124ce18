"""What operators did, as the terminal shows it, and who is told to have done it."""

from __future__ import annotations

import argparse
import datetime
import getpass
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from cli import audit, operators
from cli.audit import as_json, lines_of, moment
from cli.exits import CommandFault
from stripsession.audit.v1 import operator_act_service_pb2 as pb

UTC = datetime.UTC


def act(method: str, outcome: str, operator: str = "ann", **details: str) -> pb.OperatorAct:
    made = pb.OperatorAct(
        act_id=7,
        certificate="console",
        role="admin",
        operator=operator,
        method=f"stripsession.billing.v1.PaymentAdministrationService/{method}",
        outcome=outcome,
        details=[pb.ActDetail(name=name, value=value) for name, value in details.items()],
    )
    made.at.FromDatetime(datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC))
    return made


def test_each_act_is_a_line() -> None:
    """When, who, what, what came of it and whom it concerned, in columns; nobody knows what a crash left open."""
    told = lines_of(
        [
            ("billing", act("RefundInvoice", "OK", invoice_id="in_1")),
            ("billing", act("GrantCourtesy", "", "\x1b[2Jbob", owner_id="usr_1", seconds="60")),
            ("auth", act("CreateSignInLink", "ROLE_NOT_ALLOWED", "")),
        ]
    )
    assert told == (
        "2030-01-02 03:04:05  ann (console)       billing RefundInvoice  OK                invoice_id=in_1",
        "2030-01-02 03:04:05  [2Jbob (console)    billing GrantCourtesy  unknown           owner_id=usr_1 seconds=60",
        "2030-01-02 03:04:05  somebody (console)  auth CreateSignInLink  ROLE_NOT_ALLOWED",
    )
    assert lines_of([]) == ()


def test_programs_are_told_all_of_it() -> None:
    """JSON names every field, an outcome that nobody knows too, and details by their names."""
    assert as_json("billing", act("RefundInvoice", "", invoice_id="in_1")) == {
        "service": "billing",
        "act_id": "7",
        "at": "2030-01-02T03:04:05Z",
        "certificate": "console",
        "operator": "ann",
        "role": "admin",
        "method": "stripsession.billing.v1.PaymentAdministrationService/RefundInvoice",
        "details": {"invoice_id": "in_1"},
        "outcome": "",
    }


def test_since_takes_an_age_or_a_day() -> None:
    """So many hours or days ago, or the beginning of a day; anything else is told what is meant."""
    now = datetime.datetime.now(UTC)
    assert abs(moment("12h") - (now - datetime.timedelta(hours=12))) < datetime.timedelta(minutes=1)
    assert abs(moment("30d") - (now - datetime.timedelta(days=30))) < datetime.timedelta(minutes=1)
    assert moment("2026-11-30") == datetime.datetime(2026, 11, 30, tzinfo=UTC)
    for wrong in ("", "yesterday", "3w", "-1d", "2026-13-01", "99999d"):
        with pytest.raises(argparse.ArgumentTypeError, match="12h or 30d"):
            moment(wrong)


async def test_services_without_a_log_are_no_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Acts of all services are put in order of time; who only looked is left out unless all are asked for."""
    looking = act("x", "OK")
    looking.method = "stripsession.audit.v1.OperatorActService/ListOperatorActs"
    later = act("RefundInvoice", "OK")
    later.at.FromDatetime(datetime.datetime(2030, 1, 3, tzinfo=UTC))
    by_service = {"billing": [later, looking], "auth": [act("CreateSignInLink", "OK")]}

    async def acts(data: Path, service: str, since: object) -> list[tuple[str, pb.OperatorAct]]:
        return [(service, each) for each in by_service.get(service, [])]

    monkeypatch.setattr(audit, "_acts", acts)

    async def shown(**more: bool) -> list[str]:
        output = io.StringIO()
        given = {"json": True, "all": False} | more
        arguments = argparse.Namespace(data=tmp_path, since=moment("1d"), **given)
        assert await audit.run(arguments, Console(file=output, width=40)) == 0
        return [each["method"].rpartition("/")[2] for each in json.loads(output.getvalue())]

    assert await shown() == ["CreateSignInLink", "RefundInvoice"]
    assert sorted(await shown(all=True)) == ["CreateSignInLink", "ListOperatorActs", "RefundInvoice"]


async def test_nothing_running_is_said(tmp_path: Path) -> None:
    """Without a running stack the fault says how to start one."""
    arguments = argparse.Namespace(data=tmp_path, since=moment("1d"), json=False, all=False)
    with pytest.raises(CommandFault, match="stripsession up"):
        await audit.run(arguments, Console(file=io.StringIO()))


def test_who_acts_is_told_by_option_then_environment_then_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line's own word counts most; a machine that has no name for its user gives a number."""
    monkeypatch.setenv(operators.VARIABLE, " env ")
    operators.take(argparse.Namespace(operator="ann"))
    assert operators.name() == "ann"
    operators.take(argparse.Namespace())
    assert operators.name() == "env"
    monkeypatch.delenv(operators.VARIABLE)
    monkeypatch.setattr(getpass, "getuser", lambda: "bob")
    assert operators.name() == "bob"

    def nameless() -> str:
        raise OSError

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert operators.name().startswith("user ")


def test_the_certificate_with_the_most_rights_is_taken(tmp_path: Path) -> None:
    """Of those that a user may read, the operator's own first; where none is, its absence is what is told."""
    assert operators.certificates(tmp_path).name == "console"
    for name in ("console-support", "console-billing", "console-admin", "console"):
        (tmp_path / f"{name}.key").touch()
        assert operators.certificates(tmp_path).name == name
