"""`stripsession billing`: prices at the payment provider, refunds, minutes given, and looking for what was missed."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias, TypeVar

import grpc
from rich.console import Console

from chassis.rpc.errors import from_error
from cli import exits
from cli.exits import CommandFault
from cli.signin import LOCAL_EMAIL, console_channel, create_link
from cli.terminal import as_called
from stripsession.billing.v1 import payment_service_pb2 as pb
from stripsession.billing.v1 import payment_service_pb2_grpc as pb_grpc

HELP = "check prices, refund an invoice, give minutes, look for missed payments"
_PROVIDER_S = 60.0
Answered = TypeVar("Answered")
Stub: TypeAlias = "pb_grpc.PaymentAdministrationServiceAsyncStub"


def add_arguments(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """The verbs below `billing`."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, description=text, parents=[shared])

    checking = add("check", "say which plans and packs have a price at the payment provider, and which have none")
    checking.set_defaults(verb=check)
    refunding = add("refund", "pay an invoice back in full, and take back what is unused of its minutes")
    refunding.add_argument("invoice", help="its number, as it stands on the invoice, or its id, in_...")
    refunding.set_defaults(verb=refund)
    giving = add("give", "give an account minutes for nothing, from now on")
    giving.add_argument("minutes", type=int, help="how many")
    giving.add_argument("--email", default=LOCAL_EMAIL, help=f"whose account (default: {LOCAL_EMAIL})")
    giving.add_argument("--days", type=int, default=30, help="for how many days they can be used (default: 30)")
    giving.add_argument("--reference", default="", help="names the gift, which is given once (default: today)")
    giving.set_defaults(verb=give)
    reconciling = add("reconcile", "read everybody's payments anew; done by itself every day")
    reconciling.set_defaults(verb=reconcile)


async def check(arguments: argparse.Namespace, console: Console) -> int:
    """Say which prices there are. Fails where one is missing. Raises CommandFault."""
    answer = await _asked(arguments.data, lambda stub: stub.CheckPrices(pb.CheckPricesRequest(), timeout=_PROVIDER_S))
    for line in lines_of(answer):
        _say(console, line)
    return exits.DONE if all(price.is_there for price in answer.prices) else exits.SOME_FAILED


async def refund(arguments: argparse.Namespace, console: Console) -> int:
    """Pay an invoice back. Raises CommandFault."""
    request = pb.RefundInvoiceRequest(invoice_id=arguments.invoice)
    await _asked(arguments.data, lambda stub: stub.RefundInvoice(request, timeout=_PROVIDER_S))
    _say(console, f"{arguments.invoice} is paid back in full.")
    return exits.DONE


async def give(arguments: argparse.Namespace, console: Console) -> int:
    """Give minutes. Raises CommandFault."""
    link = await create_link(arguments.data, arguments.email)
    reference = arguments.reference or datetime.datetime.now(datetime.UTC).date().isoformat()
    request = pb.GrantCourtesyRequest(
        owner_id=link.user_id, seconds=arguments.minutes * 60, life_days=arguments.days, reference=reference
    )
    await _asked(arguments.data, lambda stub: stub.GrantCourtesy(request, timeout=_PROVIDER_S))
    _say(console, f"{arguments.email} has {arguments.minutes:,} minutes more for {arguments.days} days ({reference}).")
    return exits.DONE


async def reconcile(arguments: argparse.Namespace, console: Console) -> int:
    """Let it begin. Raises CommandFault."""
    await _asked(arguments.data, lambda stub: stub.Reconcile(pb.ReconcileRequest(), timeout=_PROVIDER_S))
    _say(console, "Everybody's payments are being read anew; billing.log tells of what fails.")
    return exits.DONE


def lines_of(answer: pb.CheckPricesResponse) -> tuple[str, ...]:
    """Each offer with its price, and what to do about those that have none."""
    wide = max((len(price.price_lookup_key) for price in answer.prices), default=0)
    lines = ["Test mode: no money moves." if answer.is_test else "Live mode: money moves."]
    for price in answer.prices:
        every = f" a {price.interval}" if price.interval else ", once"
        told = f"{price.amount / 100:.2f} {price.currency.upper()}{every}" if price.is_there else "has no price"
        lines.append(f"{price.price_lookup_key:<{wide}}  {told}")
    missing = [price.price_lookup_key for price in answer.prices if not price.is_there]
    if missing:
        lines += ["", f"Make a price with the lookup key {missing[0]} at the provider; docs/hosting.md says how."]
    return tuple(lines)


async def _asked(data: Path, ask: Callable[[Stub], Awaitable[Answered]]) -> Answered:
    channel = console_channel(data, "billing")
    try:
        return await ask(pb_grpc.PaymentAdministrationServiceStub(channel.grpc))
    except grpc.RpcError as error:
        raise CommandFault(from_error(error).message or from_error(error).reason) from error
    finally:
        await channel.stop()


def _say(console: Console, text: str) -> None:
    console.print(as_called(text), markup=False, highlight=False, soft_wrap=True)
