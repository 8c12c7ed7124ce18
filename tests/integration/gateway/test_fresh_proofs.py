"""Second steps and fresh proofs from end to end: the gateway, auth on PostgreSQL, and Clerk's stand-in."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from chassis.testing.postgres import PostgresServer
from tests.integration.gateway.clerk_street import Street, bearer, street_of
from tests.integration.gateway.test_routes import check_problem

PERSON = {"email": "ada@example.org", "password": "a long enough secret"}
KEY = {"name": "backup", "scopes": ["tracks:read"]}


@pytest.fixture
async def street(postgres: PostgresServer, certificates: Path, tmp_path: Path, web_dir: Path) -> AsyncIterator[Street]:
    async with street_of(postgres, certificates, tmp_path, web_dir) as standing:
        yield standing


def claims(token: str) -> dict[str, object]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


async def test_a_second_step_and_what_it_guards(street: Street) -> None:
    """A factor is set, asked for, and proved for an act that a program's session and a stale one are refused."""
    http = street.http
    token = (await http.post("/v1/auth/signup", json=PERSON | {"confirms_age": True})).json()["access_token"]
    assert claims(token)["amr"] == ["password"]
    begun = (await http.post("/v1/auth/second-factor", headers=bearer(token))).json()
    totp = TOTP(base64.b32decode(begun["secret"]), 6, SHA1(), 30)  # noqa: S303 - as RFC 6238 has it
    code = totp.generate(int(time.time())).decode()
    confirmed = await http.post("/v1/auth/second-factor/confirm", json={"code": code}, headers=bearer(token))
    recovery = confirmed.json()["recovery_codes"]

    first = await http.post("/v1/auth/login", json=PERSON)
    assert first.status_code == 202
    step = {"challenge": first.json()["challenge"], "code": code}
    check_problem(await http.post("/v1/auth/login/second-step", json=step), 403, "WRONG_CODE")
    opened = (await http.post("/v1/auth/login/second-step", json=step | {"code": recovery[0]})).json()
    assert claims(opened["access_token"])["amr"] == ["password", "recovery_code"]

    codes = (await http.post("/v1/auth/device", json={"client_name": "a stranger's"})).json()
    shown = {"user_code": codes["user_code"]}
    await http.post("/v1/auth/device/lookup", json=shown, headers=bearer(token))
    await http.post("/v1/auth/device/answer", json=shown | {"approve": True}, headers=bearer(token))
    program = await http.post("/v1/auth/device/token", json={"device_code": codes["device_code"]})
    approved = program.json()["access_token"]
    assert "auth_time" not in claims(approved)
    refused = await http.post("/v1/api-keys", json=KEY, headers=bearer(approved))
    check_problem(refused, 403, "STEP_UP_REQUIRED")
    assert refused.json()["facts"]["methods"] == "totp recovery_code"
    by_password = await http.post("/v1/auth/step-up", json={"password": PERSON["password"]}, headers=bearer(approved))
    check_problem(by_password, 409, "PROOF_NOT_TAKEN")
    proved = await http.post("/v1/auth/step-up", json={"code": recovery[1]}, headers=bearer(approved))
    made = await http.post("/v1/api-keys", json=KEY, headers=bearer(proved.json()["access_token"]))
    assert made.status_code == 201
    renewed = await http.post("/v1/auth/refresh", json={"refresh_token": program.json()["refresh_token"]})
    assert claims(renewed.json()["access_token"])["amr"] == ["recovery_code"]


async def test_people_of_clerk_are_as_fresh_as_clerk_says(street: Street) -> None:
    """By the age in Clerk's token somebody may act, or is told to sign in again; of them no password is ever made."""
    person = street.issuer.people.add("grace@example.org", first_name="Grace")
    for fva, status in (([0, -1], 201), ([11, -1], 403), ([0, 11], 403), (None, 403)):
        token = street.issuer.session_token(person.subject, fva=fva)
        answer = await street.http.post("/v1/api-keys", json=KEY, headers=bearer(token))
        assert answer.status_code == status, (fva, answer.text)
        if status == 403:
            assert (answer.json()["reason"], answer.json()["facts"]) == ("STEP_UP_REQUIRED", {"methods": ""})
    token = street.issuer.session_token(person.subject)
    begun = await street.http.post("/v1/auth/second-factor", headers=bearer(token))
    check_problem(begun, 409, "PASSWORD_MISSING")
    state = (await street.http.get("/v1/auth/second-factor", headers=bearer(token))).json()
    assert state["is_offered"] is False
