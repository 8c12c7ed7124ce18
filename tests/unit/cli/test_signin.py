"""Links of the console: for whom an account is made, and who says that they may have one."""

from __future__ import annotations

import argparse
import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import grpc
import pytest
from rich.console import Console

from chassis.rpc.errors import Refusal, to_status
from cli import exits, local_accounts, signin
from cli.exits import CommandFault
from cli.signin import LOCAL_EMAIL, create_link
from stripsession.auth.v1 import auth_service_pb2 as pb

HERE = Path(".data")
ANN = "ann@band.example"


class Auth:
    """Asked over a channel; it makes an account only of whom it is told that they may have one."""

    def __init__(self) -> None:
        self.grpc = self
        self.accounts: set[str] = set()

    async def stop(self) -> None:
        """As a channel does."""

    def unary_unary(self, *_: object, **__: object) -> Callable[..., Awaitable[pb.CreateSignInLinkResponse]]:
        async def call(request: pb.CreateSignInLinkRequest) -> pb.CreateSignInLinkResponse:
            if request.email not in self.accounts and not request.confirms_age:
                told = to_status(Refusal(grpc.StatusCode.FAILED_PRECONDITION, "AGE_NOT_CONFIRMED", "No."))
                raise grpc.aio.AioRpcError(
                    told.code, grpc.aio.Metadata(), grpc.aio.Metadata(*told.trailing_metadata), told.details
                )
            self.accounts.add(request.email)
            return pb.CreateSignInLinkResponse(code="a-code", user_id="usr_1")

        return call


@pytest.fixture
def auth(monkeypatch: pytest.MonkeyPatch) -> Auth:
    asked = Auth()
    monkeypatch.setattr(signin, "console_channel", lambda *_: asked)
    monkeypatch.setattr(local_accounts, "public_address", lambda _: "https://strip.example")
    return asked


async def said(*words: str) -> str:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=HERE)
    local_accounts.add_link_arguments(parser)
    console = Console(file=io.StringIO(), width=300)
    assert await local_accounts.link(parser.parse_args(list(words)), console) == exits.DONE
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def test_the_machines_own_account_is_of_whoever_runs_it(auth: Auth) -> None:
    """Nothing has to be said for a link into it: who runs the machine says so by running it."""
    assert (await create_link(HERE)).code == "a-code"
    assert await said() == "https://strip.example/#/link/a-code\n"
    assert auth.accounts == {LOCAL_EMAIL}


async def test_somebody_new_needs_a_word_of_the_operator(auth: Auth) -> None:
    """Without it nobody gets an account, and the refusal is the command that makes one; with it they do."""
    with pytest.raises(CommandFault, match=f"13 or older.*stripsession link --email {ANN} --of-age"):
        await said("--email", ANN)
    with pytest.raises(CommandFault, match=f"link --email {ANN} --of-age --data 'else where'`"):
        await said("--data", "else where", "--email", ANN)
    assert auth.accounts == set()
    assert await said("--email", ANN, "--of-age") == "https://strip.example/#/link/a-code\n"
    assert auth.accounts == {ANN}


async def test_somebody_who_has_an_account_needs_no_word(auth: Auth) -> None:
    """A link for them is made as ever."""
    auth.accounts = {ANN}
    assert "a-code" in await said("--email", ANN)
