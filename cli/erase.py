"""`stripsession erase`: a person is erased by every service, for the first time or again."""

from __future__ import annotations

import argparse
import datetime
import re
from pathlib import Path

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console

from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error, is_transient
from cli import exits, operators
from cli.exits import CommandFault
from cli.signin import console_channel, find_account, is_known
from cli.terminal import as_called, with_data
from stripsession.retention.v1 import erasure_administration_service_pb2 as pb
from stripsession.retention.v1 import erasure_administration_service_pb2_grpc as pb_grpc

HELP = (
    "Erase a person with their songs, subscription and account, for good, and say how far that is. Name them by their "
    "identifier, usr_..., and say --now: without it nothing is done but to say how far it is, service by service. "
    "--email says whose an address is and erases nobody. One that is over is begun once more with --again, which also "
    "takes an identifier that is nobody's here: after a backup was brought back, services may hold what they had "
    "removed. The person is signed out everywhere as it begins."
)
_IDENTIFIER = re.compile(r"usr_[0-9a-f]{32}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `erase`."""
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("user_id", nargs="?", default="", help="whom: usr_ and 32 digits and letters from a to f")
    whom.add_argument("--email", default="", help="say whose account an address is, and erase nobody")
    parser.add_argument("--again", action="store_true", help="once more where it is over, and whom nobody knows here")
    parser.add_argument("--now", action="store_true", help="do it; without this, only say how far it is")
    operators.add_arguments(parser)


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """Begin it, or say how far it is. Raises CommandFault."""
    if arguments.email and (arguments.again or arguments.now):
        raise CommandFault("--email erases nobody, so --now and --again say nothing beside it; name them by usr_...")
    if arguments.email:
        user_id = await find_account(arguments.data, arguments.email)
        command = f"stripsession erase {user_id}{with_data(arguments.data)} --now"
        _say(console, f"{arguments.email} is {user_id}.", f"To erase them for good: `{command}`")
        return exits.DONE
    if not _IDENTIFIER.fullmatch(arguments.user_id):
        text = f"{arguments.user_id} is no identifier, which is usr_ and 32 digits and letters from a to f"
        raise CommandFault(f"{text}; --email ADDRESS says whose an address is", exits.USAGE)
    channel = console_channel(arguments.data, "retention")
    try:
        say = _begun if arguments.now else _looked_at
        _say(console, *await say(channel, arguments, with_data(arguments.data)))
    finally:
        await channel.stop()
    return exits.DONE


async def _looked_at(channel: Channel, arguments: argparse.Namespace, more: str) -> tuple[str, ...]:
    state = await _state(channel, arguments.user_id)
    return state_of(arguments.user_id, state, more)


async def _begun(channel: Channel, arguments: argparse.Namespace, more: str) -> tuple[str, ...]:
    user_id: str = arguments.user_id
    if not arguments.again:
        await _require_somebody(channel, arguments.data, user_id)
    try:
        asking = pb.ErasePersonRequest(user_id=user_id, again=arguments.again)
        answer = await pb_grpc.ErasureAdministrationServiceStub(channel.grpc).ErasePerson(asking)
    except grpc.RpcError as error:
        if not is_transient(error):
            raise _nobody(error) from error
        # It may have been begun, and its answer lost.
        why, look = from_error(error), f"`stripsession erase {user_id}{more}` says how far it is"
        text = f"it is not known whether the erasure of {user_id} began ({why.message or why.reason}); {look}"
        raise CommandFault(text) from error
    return lines_of(user_id, answer, more)


async def _require_somebody(channel: Channel, data: Path, user_id: str) -> None:
    """Retention itself takes any identifier, as after a backup each service knows others: here a slip is found."""
    state = await _state(channel, user_id)
    if not state.HasField("erasure") and not await is_known(data, user_id):
        raise CommandFault(f"nobody here is {user_id}; after a backup was brought back say --again")


async def _state(channel: Channel, user_id: str) -> pb.GetErasureResponse:
    request = pb.GetErasureRequest(user_id=user_id)
    try:
        return await pb_grpc.ErasureAdministrationServiceStub(channel.grpc).GetErasure(request)
    except grpc.RpcError as error:
        raise _nobody(error) from error


def _nobody(error: grpc.RpcError) -> CommandFault:
    refusal = from_error(error)
    return CommandFault(f"nobody is erased: {refusal.message or refusal.reason}")


def lines_of(user_id: str, answer: pb.ErasePersonResponse, more: str = "") -> tuple[str, ...]:
    """How far it is, and what to do next; `more` makes a command be about the same folder."""
    command = f"stripsession erase {user_id}{more}"
    if answer.HasField("finished_at"):
        return _over(user_id, answer.finished_at, command)
    begun = "begins now" if answer.begun else f"is under way since {_moment(answer.requested_at)}"
    waiting = ", ".join(f"{each.holder} ({each.fault})" if each.fault else each.holder for each in answer.waiting)
    last = "Its person is shut out as it begins; the account itself goes last, some ten minutes after the others."
    return f"The erasure of {user_id} {begun}. Not done yet: {waiting}.", f"{last} To see how far it is: `{command}`"


def state_of(user_id: str, answer: pb.GetErasureResponse, more: str = "") -> tuple[str, ...]:
    """How far it is, for whoever only looks; a line for each service while it is under way."""
    command, erasure = f"stripsession erase {user_id}{more}", answer.erasure
    if not answer.HasField("erasure"):
        would = "Songs, subscription and account would go, and nothing brings them back but a backup of everything."
        return (
            f"Nothing was done, and nobody asked to have {user_id} erased. {would}",
            f"To erase them for good: `{command} --now`",
        )
    if erasure.HasField("finished_at"):
        return _over(user_id, erasure.finished_at, command)
    width = max((len(each.holder) for each in erasure.holders), default=0)
    parts = (f"  {each.holder:{width}}  {_part(each)}" for each in erasure.holders)
    return f"The erasure of {user_id} is under way since {_moment(erasure.requested_at)}.", *parts


def _part(each: pb.HolderErasure) -> str:
    tries = f"{each.tries} {'try' if each.tries == 1 else 'tries'}"
    if each.HasField("finished_at"):
        return f"done {_moment(each.finished_at)}, {tries}"
    if not each.tries:
        return "not asked yet"
    return f"{each.fault}, {tries}, asked again from {_moment(each.next_try_at)} on"


def _over(user_id: str, finished_at: Timestamp, command: str) -> tuple[str, str]:
    told = f"{user_id} was erased by every service on {_moment(finished_at)}."
    return told, f"To erase what a backup brought back since: `{command} --now --again`"


def _moment(stamp: Timestamp) -> str:
    return f"{stamp.ToDatetime(datetime.UTC):%Y-%m-%d %H:%M} UTC"


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(as_called(line), markup=False, highlight=False, soft_wrap=True)
