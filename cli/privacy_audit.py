"""`stripsession privacy audit`: every promise of the policy, whether it is kept, and by what evidence."""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from google.protobuf.json_format import MessageToDict
from rich.console import Console

from chassis.rpc.errors import from_error
from cli import exits, operators
from cli.exits import CommandFault
from cli.signin import console_channel
from cli.terminal import as_called
from stripsession.retention.v1 import promise_administration_service_pb2 as admin_pb
from stripsession.retention.v1 import promise_administration_service_pb2_grpc as admin_grpc
from stripsession.retention.v1 import promise_service_pb2 as pb

if TYPE_CHECKING:
    from argparse import _SubParsersAction

HELP = (
    "Print every promise of the privacy policy: its number, whether it is kept, what was counted, and how old the "
    "evidence is. Ends with 0 only where every promise is kept by evidence less than a day old. Checks run by "
    "themselves; --run has all of them run now and waits half a minute for them. That you looked is noted, as every "
    "act of an operator is (`stripsession audit`)."
)
EVIDENCE_LIFE_S = 86_400
_ANSWER_S = 60.0
"""Longer than retention waits for the checks."""
_STATES = {
    pb.PROMISE_STATE_KEPT: "kept",
    pb.PROMISE_STATE_BROKEN: "BROKEN",
    pb.PROMISE_STATE_CANNOT_SAY: "cannot say",
    pb.PROMISE_STATE_NOT_BUILT: "not built",
}
_RUNBOOK = "What to do about each: docs/runbooks/PromiseBroken.md"


def add_to(verbs: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """The verb below `privacy`."""
    verb = verbs.add_parser(
        "audit", help="print every promise with its latest evidence", description=HELP, parents=[shared]
    )
    verb.add_argument("--run", action="store_true", help="run every check now, and wait for what they find")
    verb.add_argument("--json", action="store_true", help="for programs")
    operators.add_arguments(verb)
    verb.set_defaults(verb=run)


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print them; DONE only where every promise is kept. Raises CommandFault."""
    known = await _asked(arguments.data, is_run=arguments.run)
    now = datetime.datetime.now(datetime.UTC)
    is_kept = bool(known.promises) and all(is_proved(promise, now) for promise in known.promises)
    if arguments.json:
        _say(console, json.dumps(as_json(known, now), indent=2, ensure_ascii=False))
    else:
        _say(console, *lines_of(known.promises, now))
        _say(console, "", *verdict_of(known.promises, now))
    return exits.DONE if is_kept else exits.SOME_FAILED


def is_proved(promise: pb.Promise, now: datetime.datetime) -> bool:
    """Whether it is kept by evidence less than a day old, whatever the service thinks of its age."""
    age_s = _age_s(promise, now)
    return promise.state == pb.PROMISE_STATE_KEPT and age_s is not None and age_s < EVIDENCE_LIFE_S


def lines_of(promises: Sequence[pb.Promise], now: datetime.datetime) -> tuple[str, ...]:
    """A line for each, in columns, under their heads."""
    rows = [("CLAUSE", "PROMISE", "STATE", "EVIDENCE", "FIGURES"), *(_columns(promise, now) for promise in promises)]
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return tuple("  ".join(f"{text:<{width}}" for text, width in zip(row, wide, strict=True)).rstrip() for row in rows)


def verdict_of(promises: Sequence[pb.Promise], now: datetime.datetime) -> tuple[str, ...]:
    """How many are kept; and of each check that does not say so, what can be done."""
    kept = sum(is_proved(promise, now) for promise in promises)
    told = f"{kept} of {len(promises)} promises are kept by evidence less than a day old."
    remedies: dict[str, list[str]] = {}
    for promise in promises:
        if not is_proved(promise, now):
            remedies.setdefault(f"{promise.check}: {promise.remedy or 'run it'}", []).append(promise.clause_id)
    if not remedies:
        return (told,)
    return told, *(f"  {', '.join(clauses)}  {text}" for text, clauses in remedies.items()), _RUNBOOK


def as_json(known: pb.ListPromisesResponse, now: datetime.datetime) -> dict[str, object]:
    """All of it for programs: the contract's names, and how old each one's evidence is."""
    return {
        "version": known.version,
        "region": known.region,
        "kept": bool(known.promises) and all(is_proved(promise, now) for promise in known.promises),
        "promises": [_promise_json(promise, now) for promise in known.promises],
    }


def _promise_json(promise: pb.Promise, now: datetime.datetime) -> dict[str, object]:
    told = MessageToDict(promise, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    return {
        **told,
        "title": dict(promise.title.by_language),
        "state": _STATES.get(promise.state, "cannot say").lower().replace(" ", "_"),
        "figures": dict(sorted(promise.figures.items())),
        "is_proved": is_proved(promise, now),
        "evidence_age_s": _age_s(promise, now),
    }


def _columns(promise: pb.Promise, now: datetime.datetime) -> tuple[str, ...]:
    reason = f" ({promise.service + ': ' if promise.service else ''}{promise.reason})" if promise.reason else ""
    state = _STATES.get(promise.state, "cannot say") + reason
    breaking = sorted(promise.figures, key=lambda name: (name not in promise.broken_by, name))
    figures = " ".join(f"{name}={promise.figures[name]}" for name in breaking)
    title = promise.title.by_language.get("en", promise.check)
    return promise.clause_id, title, state, _age(_age_s(promise, now)), figures


def _age_s(promise: pb.Promise, now: datetime.datetime) -> float | None:
    """Seconds since it was last found kept; None where it never was."""
    if not promise.HasField("proved_at"):
        return None
    return max(0.0, (now - promise.proved_at.ToDatetime(datetime.UTC)).total_seconds())


def _age(age_s: float | None) -> str:
    if age_s is None:
        return "never"
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if age_s >= seconds:
            return f"{int(age_s // seconds)} {unit} old"
    return "now"


async def _asked(data: Path, *, is_run: bool) -> pb.ListPromisesResponse:
    channel = console_channel(data, "retention")
    try:
        request = admin_pb.AuditPromisesRequest(run=is_run)
        stub = admin_grpc.PromiseAdministrationServiceStub(channel.grpc)
        return (await stub.AuditPromises(request, timeout=_ANSWER_S)).known
    except grpc.RpcError as error:
        refusal = from_error(error)
        raise CommandFault(f"retention does not tell: {refusal.message or refusal.reason}") from error
    finally:
        await channel.stop()


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(as_called(line), markup=False, highlight=False, soft_wrap=True)
