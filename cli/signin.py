"""Signing in to the stack on this machine, with the operator's certificate instead of a password."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping
from pathlib import Path

import grpc

from chassis.rpc.acts import metadata_of
from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from cli import operators
from cli.exits import NOT_RUNNING, USAGE, CommandFault
from cli.terminal import with_data
from stack.layout import Layout
from stack.supervisor import read_state
from stripsession.auth.v1 import account_administration_service_pb2 as administration_pb2
from stripsession.auth.v1 import account_administration_service_pb2_grpc as administration_grpc
from stripsession.auth.v1 import auth_service_pb2, auth_service_pb2_grpc
from stripsession.billing.v1 import billing_service_pb2, billing_service_pb2_grpc

LOCAL_EMAIL = "you@localhost.localdomain"
"""The account that the command line uses unless told otherwise."""


@dataclasses.dataclass(frozen=True)
class SignInLink:
    """A one-time code, and whom it signs in."""

    code: str
    user_id: str

    def url(self, address: str) -> str:
        """The link to open; its code stands behind the #, so browsers never send it in a request's address."""
        return f"{address}/#/link/{self.code}"


def local_address(data: Path) -> str:
    """Where this machine finds the stack over this data folder. Raises CommandFault when none runs."""
    return str(_state(data)["url"])


def public_address(data: Path) -> str:
    """Where people find it, which may be another name. Raises CommandFault when none runs."""
    state = _state(data)
    return str(state.get("public_url") or state["url"])


async def create_link(data: Path, email: str = LOCAL_EMAIL, *, confirms_age: bool = False) -> SignInLink:
    """A one-time sign-in code for an account of the local stack, made when there is none. Raises CommandFault.

    With `confirms_age` whoever runs it says that the account's person is 13 or older; of their own account they do.
    """
    channel = console_channel(data, "auth")
    try:
        request = auth_service_pb2.CreateSignInLinkRequest(
            email=email, confirms_age=confirms_age or email == LOCAL_EMAIL
        )
        answer = await auth_service_pb2_grpc.LocalSignInServiceStub(channel.grpc).CreateSignInLink(request)
    except grpc.RpcError as error:
        refusal = from_error(error)
        if refusal.reason == "AGE_NOT_CONFIRMED":
            text = (
                f"nobody here has the address {email}, and an account is for people of 13 or older; "
                f"if its person is, `{_making(data, email)}` makes one"
            )
            raise CommandFault(text) from error
        raise CommandFault(f"signing in failed: {refusal.message or refusal.reason}") from error
    finally:
        await channel.stop()
    return SignInLink(answer.code, answer.user_id)


def _making(data: Path, email: str) -> str:
    return f"stripsession link --email {shlex.quote(email)} --of-age{with_data(data)}"


async def find_account(data: Path, email: str) -> str:
    """The user id of an account of the local stack, whom this neither makes nor signs in. Raises CommandFault."""
    channel = console_channel(data, "auth")
    try:
        request = administration_pb2.FindAccountRequest(email=email)
        answer = await administration_grpc.AccountAdministrationServiceStub(channel.grpc).FindAccount(request)
    except grpc.RpcError as error:
        refusal = from_error(error)
        if refusal.code == grpc.StatusCode.NOT_FOUND:
            text = (
                f"nobody here has the address {email}; if its person is 13 or older, "
                f"`{_making(data, email)}` makes an account"
            )
            raise CommandFault(text) from error
        raise CommandFault(f"nobody was looked up: {refusal.message or refusal.reason}") from error
    finally:
        await channel.stop()
    return answer.user_id


async def is_known(data: Path, user_id: str) -> bool:
    """Whether an identifier is that of somebody with an account of the local stack. Raises CommandFault."""
    channel = console_channel(data, "auth")
    try:
        request = administration_pb2.FindAccountRequest(user_id=user_id)
        await administration_grpc.AccountAdministrationServiceStub(channel.grpc).FindAccount(request)
    except grpc.RpcError as error:
        refusal = from_error(error)
        if refusal.code == grpc.StatusCode.NOT_FOUND:
            return False
        raise CommandFault(f"nobody was looked up: {refusal.message or refusal.reason}") from error
    finally:
        await channel.stop()
    return True


async def assign_plan(data: Path, user_id: str, plan: str) -> billing_service_pb2.AssignPlanResponse:
    """Put an account of the local stack on a plan. Raises CommandFault."""
    channel = console_channel(data, "billing")
    try:
        request = billing_service_pb2.AssignPlanRequest(owner_id=user_id, plan=plan)
        return await billing_service_pb2_grpc.PlanAdministrationServiceStub(channel.grpc).AssignPlan(request)
    except grpc.RpcError as error:
        refusal = from_error(error)
        if refusal.reason == "UNKNOWN_PLAN":
            raise CommandFault(f"there is no plan {plan}; `stripsession plan` says which there are", USAGE) from error
        raise CommandFault(f"no change: {refusal.message or refusal.reason}") from error
    finally:
        await channel.stop()


def console_channel(data: Path, service: str) -> Channel:
    """A channel to a service of the local stack, as its operator. Raises CommandFault when none runs."""
    ports = _state(data)["ports"]
    if not isinstance(ports, Mapping):
        raise CommandFault("the running stack's state file is damaged; restart it", NOT_RUNNING)
    certificates = operators.certificates(Layout(data.resolve()).certificates)
    address = f"127.0.0.1:{ports[f'{service}-rpc']}"
    return Channel(service, address, certificates, metadata=metadata_of(operators.name()))


def _state(data: Path) -> Mapping[str, object]:
    state = read_state(data)
    if state is None:
        text = (
            f"no StripSession is running that keeps its data in {data}; start it with `stripsession up`, "
            "or name the folder of the one that runs with --data"
        )
        raise CommandFault(text, NOT_RUNNING)
    return state
