"""Auth as the gateway and the command line see it: real certificates, real PostgreSQL, real argon2."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import grpc
import jwt
import pytest
from prometheus_client import REGISTRY

from chassis import logs
from chassis.db.pool import Database
from chassis.identity import Certificates
from chassis.lifecycle import Part
from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.auth import wiring
from services.auth.app.ports import Ports
from services.auth.settings import AuthSettings
from services.auth.store.store import MIGRATIONS, SCHEMA
from stripsession.auth.v1 import api_key_service_pb2_grpc
from stripsession.auth.v1 import auth_service_pb2 as pb
from stripsession.auth.v1 import auth_service_pb2_grpc as pb_grpc

EMAIL, PASSWORD = "ada@example.org", "a long enough secret"


@dataclasses.dataclass
class Served:
    """A served auth, and what calls it."""

    auth: pb_grpc.AuthServiceAsyncStub
    keys: api_key_service_pb2_grpc.ApiKeyServiceAsyncStub
    console: pb_grpc.LocalSignInServiceAsyncStub
    gateway_as_console: pb_grpc.LocalSignInServiceAsyncStub
    console_as_gateway: pb_grpc.AuthServiceAsyncStub
    database: Database
    clock: ManualClock
    ports: Ports


@pytest.fixture
async def served(postgres: PostgresServer, certificates: Path, tmp_path: Path) -> AsyncIterator[Served]:
    settings = AuthSettings(
        certificates=certificates,
        nats_url="",
        signing_key_file=tmp_path / "key.pem",
        public_url="https://us.example",
        # Hashing is tested by itself; here it need only be real.
        hashing_memory_kib=1024,
        hashing_passes=1,
        drain_s=1,
    )
    clock = ManualClock()
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(postgres.database(SCHEMA, MIGRATIONS))
        assembly = wiring.assemble(settings, database, clock)
        parts: list[Part] = [assembly.hasher, assembly.purge, *assembly.federated.parts]
        for part in (*parts, assembly.server, assembly.readiness):
            await part.start()
            stack.push_async_callback(part.stop)
        address = f"127.0.0.1:{assembly.server.port}"
        gateway = Channel("auth", address, Certificates(certificates, "gateway"))
        console = Channel("auth", address, Certificates(certificates, "console"))
        stack.push_async_callback(gateway.stop)
        stack.push_async_callback(console.stop)
        yield Served(
            auth=pb_grpc.AuthServiceStub(gateway.grpc),
            keys=api_key_service_pb2_grpc.ApiKeyServiceStub(gateway.grpc),
            console=pb_grpc.LocalSignInServiceStub(console.grpc),
            gateway_as_console=pb_grpc.LocalSignInServiceStub(gateway.grpc),
            console_as_gateway=pb_grpc.AuthServiceStub(console.grpc),
            database=database,
            clock=clock,
            ports=assembly.ports,
        )


async def _refused(call: Awaitable[object]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    refusal = from_error(caught.value)
    return refusal.code, refusal.reason


async def test_a_persons_whole_way(served: Served) -> None:
    """A person signs up, is shown their account, renames it, refreshes, signs out, and signs in again."""
    signed_up = await served.auth.SignUp(
        pb.SignUpRequest(email=EMAIL, password=PASSWORD, display_name="Ada", confirms_age=True)
    )
    user_id = signed_up.account.user_id
    assert (signed_up.account.email, signed_up.account.display_name) == (EMAIL, "Ada")
    assert signed_up.account.created_at.ToDatetime().year == 2030
    account = (await served.auth.GetAccount(pb.GetAccountRequest(user_id=user_id))).account
    assert account == signed_up.account
    unchanged = await served.auth.UpdateAccount(pb.UpdateAccountRequest(user_id=user_id))
    assert unchanged.account.display_name == "Ada"
    emptied = await served.auth.UpdateAccount(pb.UpdateAccountRequest(user_id=user_id, display_name=""))
    assert emptied.account.display_name == ""
    refreshed = await served.auth.RefreshSession(pb.RefreshSessionRequest(refresh_token=signed_up.tokens.refresh_token))
    assert refreshed.tokens.user_id == user_id
    end = pb.SignOutRequest(refresh_token=refreshed.tokens.refresh_token)
    await served.auth.SignOut(end)
    await served.auth.SignOut(end)
    assert await _refused(
        served.auth.RefreshSession(pb.RefreshSessionRequest(refresh_token=refreshed.tokens.refresh_token))
    ) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED")
    signed_in = await served.auth.SignIn(pb.SignInRequest(email=EMAIL.upper(), password=PASSWORD))
    assert signed_in.account.user_id == user_id
    facts = await served.database.pool.fetch("SELECT subject FROM outbox ORDER BY fact_id")
    assert [row["subject"] for row in facts] == [
        "stripsession.auth.v1.AccountCreated",
        "stripsession.auth.v1.SessionEnded",
    ]


async def test_access_token_verifies_with_the_key_set(served: Served) -> None:
    """The key set, issuer and audience that auth tells are all that verifying its tokens needs."""
    answer = await served.auth.SignUp(pb.SignUpRequest(email=EMAIL, password=PASSWORD, confirms_age=True))
    keys = await served.auth.GetKeySet(pb.GetKeySetRequest())
    key = jwt.PyJWKSet.from_json(keys.key_set_json)[jwt.get_unverified_header(answer.tokens.access_token)["kid"]]
    # The served clock stands in 2030, so times are compared here rather than with the machine's.
    claims = jwt.decode(
        answer.tokens.access_token,
        key,
        algorithms=["EdDSA"],
        issuer=keys.issuer,
        audience=keys.audience,
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    assert (keys.issuer, keys.audience) == ("https://us.example", "stripsession")
    assert claims["sub"] == answer.account.user_id
    assert claims["exp"] == answer.tokens.access_expires_at.ToSeconds()
    assert claims["exp"] - claims["iat"] == 600


async def test_refusals(served: Served) -> None:
    """Every refusal has the status and reason that the contract names."""
    auth = served.auth
    await auth.SignUp(pb.SignUpRequest(email=EMAIL, password=PASSWORD, confirms_age=True))
    invalid, unauthenticated = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNAUTHENTICATED
    assert await _refused(auth.SignUp(pb.SignUpRequest(email=EMAIL, password=PASSWORD, confirms_age=True))) == (
        grpc.StatusCode.ALREADY_EXISTS,
        "EMAIL_TAKEN",
    )
    assert await _refused(auth.SignUp(pb.SignUpRequest(email="x", password=PASSWORD, confirms_age=True))) == (
        invalid,
        "INVALID_EMAIL",
    )
    weak = pb.SignUpRequest(email="eve@example.org", password="Dragon2024!", confirms_age=True)
    assert await _refused(auth.SignUp(weak)) == (invalid, "WEAK_PASSWORD")
    for email in (EMAIL, "nobody@example.org", "x"):
        wrong = pb.SignInRequest(email=email, password="a wrong password")
        assert await _refused(auth.SignIn(wrong)) == (unauthenticated, "WRONG_CREDENTIALS")
    unknown = pb.RefreshSessionRequest(refresh_token="unknown")
    assert await _refused(auth.RefreshSession(unknown)) == (unauthenticated, "SESSION_ENDED")
    made_up = pb.RedeemSignInLinkRequest(code="made up")
    assert await _refused(auth.RedeemSignInLink(made_up)) == (unauthenticated, "LINK_SPENT")
    nobody = pb.GetAccountRequest(user_id="usr_nobody")
    assert await _refused(auth.GetAccount(nobody)) == (grpc.StatusCode.NOT_FOUND, "ACCOUNT_NOT_FOUND")


async def test_nobody_has_an_account_who_did_not_say_that_they_are_old_enough(served: Served) -> None:
    """A sign-up and a link without that word are refused, and not a row is kept of who asked."""
    refused = (grpc.StatusCode.FAILED_PRECONDITION, "AGE_NOT_CONFIRMED")
    for request in (pb.SignUpRequest(email=EMAIL, password=PASSWORD), pb.SignUpRequest(email="x", password="x")):
        assert await _refused(served.auth.SignUp(request)) == refused
    assert await _refused(served.console.CreateSignInLink(pb.CreateSignInLinkRequest(email=EMAIL))) == refused
    for table in ("accounts", "pending_sign_ups", "mails", "sign_in_links", "sessions", "outbox"):
        assert await served.database.pool.fetchval(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608 - as named
    signed_up = await served.auth.SignUp(pb.SignUpRequest(email=EMAIL, password=PASSWORD, confirms_age=True))
    assert signed_up.account.age_confirmed


async def test_an_account_of_before_says_so_until_its_person_was_asked(served: Served) -> None:
    """What older code made has nothing noted; a no leaves that, a yes is noted, and a later one changes no moment."""
    await served.database.pool.execute(
        "INSERT INTO accounts (user_id, display_name, created_at) VALUES ('usr_1', '', now())"
    )
    account = (await served.auth.GetAccount(pb.GetAccountRequest(user_id="usr_1"))).account
    assert (account.HasField("age_confirmed"), account.age_confirmed) == (True, False)
    no = served.auth.ConfirmAge(pb.ConfirmAgeRequest(user_id="usr_1"))
    assert await _refused(no) == (grpc.StatusCode.FAILED_PRECONDITION, "AGE_NOT_CONFIRMED")
    said_at = served.clock.now()
    for _ in range(2):
        answer = await served.auth.ConfirmAge(pb.ConfirmAgeRequest(user_id="usr_1", confirms_age=True))
        assert answer.account.age_confirmed
        assert await served.database.pool.fetchval("SELECT age_confirmed_at FROM accounts") == said_at
        served.clock.advance(hours=1)
    nobody = served.auth.ConfirmAge(pb.ConfirmAgeRequest(user_id="usr_nobody", confirms_age=True))
    assert await _refused(nobody) == (grpc.StatusCode.NOT_FOUND, "ACCOUNT_NOT_FOUND")


async def test_callers_keep_to_their_own_service(served: Served) -> None:
    """Only the console makes links, and only the gateway asks for people."""
    denied = (grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_ALLOWED")
    link = pb.CreateSignInLinkRequest(email=EMAIL)
    assert await _refused(served.gateway_as_console.CreateSignInLink(link)) == denied
    assert await _refused(served.console_as_gateway.GetKeySet(pb.GetKeySetRequest())) == denied


async def test_link_signs_in_once(served: Served) -> None:
    """Of many who redeem one link at once, exactly one is signed in, and no password ever is."""
    link = await served.console.CreateSignInLink(pb.CreateSignInLinkRequest(email=EMAIL, confirms_age=True))
    redeem = pb.RedeemSignInLinkRequest(code=link.code)
    answers = await asyncio.gather(*(served.auth.RedeemSignInLink(redeem) for _ in range(6)), return_exceptions=True)
    (signed_in,) = [answer for answer in answers if isinstance(answer, pb.RedeemSignInLinkResponse)]
    assert signed_in.account.user_id == link.user_id
    assert (link.expires_at.ToDatetime() - signed_in.account.created_at.ToDatetime()).total_seconds() == 600
    wrong = pb.SignInRequest(email=EMAIL, password=PASSWORD)
    assert await _refused(served.auth.SignIn(wrong)) == (grpc.StatusCode.UNAUTHENTICATED, "WRONG_CREDENTIALS")


async def test_one_token_used_by_many_at_once(served: Served) -> None:
    """One use wins, every other is refused, and the winner's token is dead too."""
    answer = await served.auth.SignUp(pb.SignUpRequest(email=EMAIL, password=PASSWORD, confirms_age=True))
    request = pb.RefreshSessionRequest(refresh_token=answer.tokens.refresh_token)
    answers = await asyncio.gather(*(served.auth.RefreshSession(request) for _ in range(6)), return_exceptions=True)
    (won,) = [each for each in answers if isinstance(each, pb.RefreshSessionResponse)]
    again = pb.RefreshSessionRequest(refresh_token=won.tokens.refresh_token)
    assert await _refused(served.auth.RefreshSession(again)) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED")


async def test_sign_ins_are_counted(served: Served) -> None:
    """Each way an attempt to sign in ends is counted under its own name."""

    def count(result: str) -> float:
        return REGISTRY.get_sample_value("stripsession_sign_ins_total", {"result": result}) or 0.0

    before = {result: count(result) for result in ("signed_in", "wrong_credentials", "link_spent")}
    await served.auth.SignUp(pb.SignUpRequest(email=EMAIL, password=PASSWORD, confirms_age=True))
    await served.auth.SignIn(pb.SignInRequest(email=EMAIL, password=PASSWORD))
    await _refused(served.auth.SignIn(pb.SignInRequest(email=EMAIL, password="a wrong password")))
    await _refused(served.auth.RedeemSignInLink(pb.RedeemSignInLinkRequest(code="made up")))
    assert {result: count(result) - before[result] for result in before} == dict.fromkeys(before, 1.0)


async def test_logs_hold_no_secret(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing that a person typed and nothing that signs in is ever logged, also when a token is replayed."""
    caplog.set_level(logging.DEBUG)
    answer = await served.auth.SignUp(pb.SignUpRequest(email=EMAIL, password=PASSWORD, confirms_age=True))
    link = await served.console.CreateSignInLink(pb.CreateSignInLinkRequest(email=EMAIL))
    request = pb.RefreshSessionRequest(refresh_token=answer.tokens.refresh_token)
    await served.auth.RefreshSession(request)
    await _refused(served.auth.RefreshSession(request))
    said = "".join(record.getMessage() + repr(record.__dict__) for record in caplog.records)
    assert answer.account.user_id in said
    for secret in (EMAIL, PASSWORD, link.code, answer.tokens.refresh_token, answer.tokens.access_token):
        assert secret not in said
    assert logs.redact(EMAIL) != EMAIL


async def test_migrate_as_a_process(postgres: PostgresServer, certificates: Path, tmp_path: Path) -> None:
    """`python -m services.auth migrate` makes the schema, says so in JSON, and needs nothing but its settings."""
    async with postgres.database(SCHEMA) as database:
        name = await database.pool.fetchval("SELECT current_database()")
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "STRIPSESSION_CERTIFICATES": str(certificates),
            "STRIPSESSION_NATS_URL": "nats://127.0.0.1:1",
            "STRIPSESSION_DATABASE_URL": postgres.admin_url.rpartition("/")[0] + f"/{name}",
            "STRIPSESSION_SIGNING_KEY_FILE": str(tmp_path / "key.pem"),
        }
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "services.auth", "migrate"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert [json.loads(line)["event"] for line in done.stderr.splitlines()] == ["migrated"]
        assert await database.pool.fetchval("SELECT count(accounts.user_id) FROM accounts") == 0
