"""Passwords and addresses at the door: what auth is asked, and how its refusals are told."""

from __future__ import annotations

import grpc
import pytest

from stripsession.auth.v1 import account_security_service_pb2 as security_pb2
from tests.integration.gateway.conftest import OWNER, Door, OpenDoor
from tests.integration.gateway.fakes import refused
from tests.integration.gateway.test_routes import check_problem, check_schema

SIGN_UP = {"email": "ada@example.org", "password": "correct horse", "language": "de", "confirms_age": True}


async def test_a_confirmed_sign_up(door: Door) -> None:
    """Known and unknown addresses get the same answer, of no session; the code and the password open the session."""
    door.auth.confirms_sign_ups = True
    door.auth.add("known@example.org", "another horse")
    answers = [
        await door.http.post("/v1/auth/signup", json={**SIGN_UP, "email": email})
        for email in ("ada@example.org", "known@example.org")
    ]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(202, {"confirmation": "mail"})] * 2
    assert all("set-cookie" not in answer.headers for answer in answers)
    confirm = {"code": "code-0", "password": "wrong horse"}
    check_problem(await door.http.post("/v1/auth/signup/confirm", json=confirm), 403, "WRONG_PASSWORD")
    opened = await door.http.post("/v1/auth/signup/confirm", json={**confirm, "password": SIGN_UP["password"]})
    assert opened.status_code == 201
    check_schema(door, "Session", opened.json())
    again = await door.http.post("/v1/auth/signup/confirm", json={**confirm, "password": SIGN_UP["password"]})
    check_problem(again, 404, "CODE_SPENT")


async def test_a_password_is_changed(door: Door) -> None:
    """The present password is needed, and how many sessions have ended is told."""
    account = door.auth.add("ada@example.org", "correct horse")
    headers = door.bearer(account.user_id)
    change = {"present_password": "correct horse", "password": "another horse"}
    wrong = await door.http.post("/v1/auth/password", json={**change, "present_password": "x"}, headers=headers)
    check_problem(wrong, 403, "WRONG_PASSWORD")
    weak = await door.http.post("/v1/auth/password", json={**change, "password": "short"}, headers=headers)
    check_problem(weak, 422, "WEAK_PASSWORD")
    done = await door.http.post("/v1/auth/password", json=change, headers=headers)
    check_schema(door, "EndedSessions", done.json())
    assert door.auth.passwords["ada@example.org"] == "another horse"


async def test_guesses_at_the_present_password_wait(open_door: OpenDoor) -> None:
    """Whoever holds a session and not the password is held off like whoever guesses when signing in."""
    async with open_door(sign_in_tries_free=2) as door:
        account = door.auth.add("ada@example.org", "correct horse")
        change = {"present_password": "wrong horse", "password": "another horse"}
        for reason in ("WRONG_PASSWORD", "WRONG_PASSWORD", "WRONG_PASSWORD", "TOO_FAST"):
            answer = await door.http.post("/v1/auth/password", json=change, headers=door.bearer(account.user_id))
            check_problem(answer, 429 if reason == "TOO_FAST" else 403, reason)


async def test_a_reset_by_mail(door: Door) -> None:
    """A mail is asked for in a language, and its code chooses a password once; a weak one spends nothing."""
    account = door.auth.add("ada@example.org", "correct horse")
    for email in ("ada@example.org", "nobody@example.org"):
        asked = await door.http.post("/v1/auth/password-reset", json={"email": email, "language": "de"})
        assert (asked.status_code, asked.content) == (204, b"")
    assert door.sessions.mailed == [("ada@example.org", "de"), ("nobody@example.org", "de")]
    door.sessions.codes["code-1"] = account.user_id
    path, choice = "/v1/auth/password-reset/confirm", {"code": "code-1", "password": "another horse"}
    check_problem(await door.http.post(path, json={**choice, "password": "short"}), 422, "WEAK_PASSWORD")
    assert (await door.http.post(path, json=choice)).status_code == 204
    assert door.auth.passwords["ada@example.org"] == "another horse"
    check_problem(await door.http.post(path, json=choice), 404, "CODE_SPENT")


async def test_a_mailed_link_says_whose_account_it_is_for(door: Door) -> None:
    """Whoever holds a code is told the account and its next address, masked; the code is spent by that no more."""
    account = door.auth.add("ada@example.org")
    door.sessions.codes["code-1"] = account.user_id
    path = "/v1/auth/mailed-link"
    for act, masked in (("change", "a\u2022\u2022\u2022@example.org"), ("confirm", None)):
        told = await door.http.post(path, json={"code": "code-1", "act": act})
        assert (told.status_code, told.json()) == (200, {"account": masked, "email": "g\u2022\u2022\u2022@new.example"})
    assert door.sessions.described == [security_pb2.MAILED_ACT_CHANGE, security_pb2.MAILED_ACT_CONFIRM]
    assert (await door.http.post("/v1/auth/email/verify", json={"code": "code-1"})).status_code == 204
    check_problem(await door.http.post(path, json={"code": "code-1", "act": "verify"}), 404, "CODE_SPENT")
    check_problem(await door.http.post(path, json={"code": "code-1", "act": "else"}), 422, "INVALID_FIELD")


async def test_an_address_is_verified(door: Door) -> None:
    """A mail is asked for by its owner, and its code is taken from anybody; the account tells it."""
    account = door.auth.add("ada@example.org")
    headers = door.bearer(account.user_id)
    before = (await door.http.get("/v1/me", headers=headers)).json()
    assert before["email_verified"] is False
    asked = await door.http.post("/v1/auth/email/verification", json={"language": "de"}, headers=headers)
    assert asked.status_code == 204
    assert door.sessions.mailed == [(account.user_id, "de")]
    door.sessions.codes["code-1"] = account.user_id
    assert (await door.http.post("/v1/auth/email/verify", json={"code": "code-1"})).status_code == 204
    check_problem(await door.http.post("/v1/auth/email/verify", json={"code": "code-1"}), 404, "CODE_SPENT")
    assert (await door.http.get("/v1/me", headers=headers)).json()["email_verified"] is True


@pytest.mark.parametrize(
    ("code", "reason", "status"),
    [
        (grpc.StatusCode.FAILED_PRECONDITION, "MAIL_OFF", 409),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_MAILS", 429),
    ],
)
async def test_why_no_mail_comes(door: Door, code: grpc.StatusCode, reason: str, status: int) -> None:
    """A server without mail, and an address that was sent enough, are told apart."""
    door.sessions.refusal = refused(code, reason, "No mail.")
    door.auth.accounts[OWNER] = door.auth.add("ada@example.org")
    answer = await door.http.post("/v1/auth/email/verification", json={}, headers=door.bearer())
    check_problem(answer, status, reason)
