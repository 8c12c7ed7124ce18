"""`stripsession audit`: what operators did to people's accounts and payments, as each service has noted it."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import re
from collections.abc import Sequence
from pathlib import Path

import grpc
from google.protobuf.json_format import MessageToDict
from rich.console import Console

from chassis.rpc.errors import from_error
from cli import exits, operators
from cli.exits import CommandFault
from cli.signin import console_channel
from stack.layout import STORED
from stripsession.audit.v1 import operator_act_service_pb2 as pb
from stripsession.audit.v1 import operator_act_service_pb2_grpc as pb_grpc

HELP = (
    "List what operators did here: sign-in links, plans, minutes, refunds, and who asked for this list. Each act is "
    "noted before it is carried out, with what came of it, and kept for two years. Who did it is what the command line "
    "was told; on one machine that is no proof."
)
PAGE_SIZE = 200
_AGO = re.compile(r"(\d{1,4})([hd])")
_UNITS = {"h": "hours", "d": "days"}
_LOOKING = "OperatorActService/ListOperatorActs"
Noted = tuple[str, pb.OperatorAct]
"""Which service noted it, and what."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `audit`."""
    parser.add_argument(
        "--since",
        metavar="WHEN",
        type=moment,
        default="30d",
        help="from when on: 12h or 30d ago, or a date, 2026-11-30, in UTC (default: 30d)",
    )
    parser.add_argument("--all", action="store_true", help="also who asked for this list")
    parser.add_argument("--json", action="store_true", help="for programs")
    operators.add_arguments(parser)


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """List them, the newest last. Raises CommandFault."""
    found = await asyncio.gather(*(_acts(arguments.data, service, arguments.since) for service in STORED))
    acts = sorted((noted for each in found for noted in each), key=lambda noted: noted[1].at.ToNanoseconds())
    if not arguments.all:
        acts = [noted for noted in acts if not noted[1].method.endswith(_LOOKING)]
    if arguments.json:
        _say(console, json.dumps([as_json(*noted) for noted in acts], indent=2))
        return exits.DONE
    none = f"No operator did anything since {arguments.since:%Y-%m-%d %H:%M} UTC."
    _say(console, *(lines_of(acts) or (none,)))
    return exits.DONE


def moment(text: str) -> datetime.datetime:
    """So long ago, or a day's beginning in UTC. Raises ArgumentTypeError."""
    now = datetime.datetime.now(datetime.UTC)
    if ago := _AGO.fullmatch(text):
        return now - datetime.timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        return datetime.datetime.combine(datetime.date.fromisoformat(text), datetime.time(), datetime.UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is neither so long ago, as 12h or 30d, nor a date") from None


def lines_of(acts: Sequence[Noted]) -> tuple[str, ...]:
    """A line for each, in columns."""
    rows = [_columns(*noted) for noted in acts]
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return tuple("  ".join(f"{text:<{width}}" for text, width in zip(row, wide, strict=True)).rstrip() for row in rows)


def as_json(service: str, act: pb.OperatorAct) -> dict[str, object]:
    """An act for programs: the contract's names, times as RFC 3339."""
    told = MessageToDict(act, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    return {"service": service, **told, "details": {each.name: each.value for each in act.details}}


def _columns(service: str, act: pb.OperatorAct) -> tuple[str, ...]:
    at = act.at.ToDatetime(datetime.UTC)
    who = "".join(letter for letter in act.operator if letter.isprintable()) or "somebody"
    details = " ".join(f"{each.name}={each.value}" for each in act.details)
    done = f"{service} {act.method.rpartition('/')[2]}"
    return f"{at:%Y-%m-%d %H:%M:%S}", f"{who} ({act.certificate})", done, act.outcome or "unknown", details


async def _acts(data: Path, service: str, since: datetime.datetime) -> list[Noted]:
    """What one service has noted; nothing for one that has no log, as no operator acts on it. Raises CommandFault."""
    channel = console_channel(data, service)
    found: list[Noted] = []
    request = pb.ListOperatorActsRequest(page_size=PAGE_SIZE)
    request.since.FromDatetime(since)
    try:
        while True:
            answer = await pb_grpc.OperatorActServiceStub(channel.grpc).ListOperatorActs(request)
            found += [(service, act) for act in answer.acts]
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token
    except grpc.RpcError as error:
        refusal = from_error(error)
        if refusal.code == grpc.StatusCode.UNIMPLEMENTED:
            return []
        raise CommandFault(f"{service} does not tell: {refusal.message or refusal.reason}") from error
    finally:
        await channel.stop()


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
