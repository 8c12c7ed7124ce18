"""The second step of signing in at the door, and acts that take somebody who has just shown who they are."""

from __future__ import annotations

import datetime
import time
from typing import Any

import jwt
import pytest

from services.gateway.api.passkey_schemas import USED
from services.gateway.api.step_up import FRESH_S, STEP_UP
from tests.contract.openapi_document import Json, operations
from tests.integration.gateway.conftest import OWNER, Door
from tests.integration.gateway.example_requests import request_of
from tests.integration.gateway.fake_factors import CODE, RECOVERY
from tests.integration.gateway.test_routes import check_problem, check_schema

SIGN_IN = {"email": "ada@example.org", "password": "correct horse"}
SAME = {"Sec-Fetch-Site": "same-origin"}
SILENT: list[dict[str, Any]] = [{"auth_time": None, "amr": None}, {"auth_time": "now"}, {"auth_time": True}]
DANGEROUS = [each for each in operations() if each[2]["operationId"] in STEP_UP]


def stale(seconds: float = FRESH_S + 60) -> dict[str, Any]:
    """Claims of somebody who showed long ago who they are."""
    return {"auth_time": int(time.time() - seconds)}


@pytest.mark.parametrize(("method", "path", "operation"), DANGEROUS, ids=[each[2]["operationId"] for each in DANGEROUS])
async def test_a_dangerous_act_takes_somebody_who_is_fresh(door: Door, method: str, path: str, operation: Json) -> None:
    """Each act of the table is refused to a stale token, and to one that says nothing, and reaches its service else."""
    door.auth.accounts[OWNER] = door.auth.add("ada@example.org", "seventeen-violins")
    request = request_of(method.upper(), path, operation)
    request.url = request.url.copy_with(host="127.0.0.1", port=door.gateway.http.port)
    for claims in (stale(), *SILENT):
        request.headers.update(door.bearer(**claims))
        refused = await door.http.send(request)
        check_problem(refused, 403, "STEP_UP_REQUIRED")
        assert refused.json()["facts"] == {"methods": "password"}
        assert 'error="insufficient_user_authentication", max_age="600"' in refused.headers["www-authenticate"]
    request.headers.update(door.bearer(**stale(FRESH_S - 60)))
    assert "STEP_UP_REQUIRED" not in (await door.http.send(request)).text


async def test_who_has_no_way_signs_in_again(door: Door) -> None:
    """Somebody who can show nothing here is told to sign in again."""
    refused = await door.http.post("/v1/auth/second-factor", headers=door.bearer("usr_elsewhere", **stale()))
    check_problem(refused, 403, "STEP_UP_REQUIRED")
    assert refused.json()["facts"] == {"methods": ""}
    assert refused.json()["action"].startswith("Sign in again")


async def test_a_proof_opens_what_was_refused(door: Door) -> None:
    """A password gives a token that the refused act takes; a wrong one gives none, and what is missing is told."""
    account = door.auth.add("ada@example.org", "correct horse")
    headers = door.bearer(account.user_id, **stale())
    path = "/v1/auth/step-up"
    check_problem(await door.http.post(path, json={}, headers=headers), 409, "PROOF_NOT_TAKEN")
    both = {"password": "correct horse", "code": CODE}
    check_problem(await door.http.post(path, json=both, headers=headers), 409, "PROOF_NOT_TAKEN")
    wrong = await door.http.post(path, json={"password": "wrong horse"}, headers=headers)
    check_problem(wrong, 403, "WRONG_PASSWORD")
    proved = await door.http.post(path, json={"password": "correct horse"}, headers=headers)
    check_schema(door, "SteppedUp", proved.json())
    fresh = {"Authorization": f"Bearer {proved.json()['access_token']}"}
    started = await door.http.post("/v1/auth/second-factor", headers=fresh)
    assert started.status_code == 201
    check_schema(door, "NewSecondFactor", started.json())


async def test_a_passkey_is_a_proof(door: Door) -> None:
    """Whoever has one is asked for it; its answer gives a token that the refused act takes, another's gives none."""
    account = door.auth.add("ada@example.org", "correct horse")
    headers = door.bearer(account.user_id, **stale())
    options = "/v1/auth/step-up/options"
    check_problem(await door.http.post(options, headers=headers), 404, "PASSKEY_NOT_FOUND")
    door.passkeys.add(account.user_id)
    asked = await door.http.post(options, headers=headers)
    check_schema(door, "PasskeyQuestion", asked.json())
    path = "/v1/auth/step-up"
    both = {"password": "correct horse", "credential": USED}
    check_problem(await door.http.post(path, json=both, headers=headers), 409, "PROOF_NOT_TAKEN")
    wrong = await door.http.post(path, json={"credential": {**USED, "id": "another"}}, headers=headers)
    check_problem(wrong, 403, "WRONG_PASSKEY")
    proved = await door.http.post(path, json={"credential": USED}, headers=headers)
    fresh = {"Authorization": f"Bearer {proved.json()['access_token']}"}
    assert (await door.http.post("/v1/auth/second-factor", headers=fresh)).status_code == 201


async def test_a_proof_by_cookie_comes_in_the_cookie(door: Door) -> None:
    """Where no script may read tokens, the fresh one is in no answer; another site cannot ask for it."""
    account = door.auth.add("ada@example.org", "correct horse")
    cookie = {"Cookie": f"stripsession_access={door.auth.token(account.user_id, **stale())}"}
    body = {"password": "correct horse"}
    check_problem(await door.http.post("/v1/auth/step-up", json=body, headers=cookie), 403, "CROSS_SITE")
    proved = await door.http.post("/v1/auth/step-up", json=body, headers=cookie | SAME)
    assert set(proved.json()) == {"access_expires_at"}
    token = proved.cookies["stripsession_access"]
    at = jwt.decode(token, options={"verify_signature": False})["auth_time"]
    assert abs(at - datetime.datetime.now(datetime.UTC).timestamp()) < 60
    assert "httponly" in proved.headers["set-cookie"].lower()


async def test_signing_in_with_a_second_step(door: Door) -> None:
    """A right password gives 202 and no session; the challenge with a code gives one, in cookies where asked, once."""
    account = door.auth.add("ada@example.org", "correct horse")
    door.auth.challenge = door.factors.challenge(account.user_id)
    first = await door.http.post("/v1/auth/login", json=SIGN_IN | {"transport": "cookie"}, headers=SAME)
    assert (first.status_code, "set-cookie" in first.headers) == (202, False)
    check_schema(door, "SignInChallenge", first.json())
    path, answer = "/v1/auth/login/second-step", {"challenge": first.json()["challenge"], "code": "000000"}
    check_problem(await door.http.post(path, json=answer), 403, "WRONG_CODE")
    held = await door.http.post(path, json=answer | {"code": "held off"})
    check_problem(held, 429, "TOO_MANY_CODES")
    assert held.headers["retry-after"] == "30"
    right = answer | {"code": CODE, "transport": "cookie"}
    opened = await door.http.post(path, json=right, headers=SAME)
    check_schema(door, "Session", opened.json())
    assert "stripsession_refresh" in opened.headers["set-cookie"]
    check_problem(await door.http.post(path, json=right, headers=SAME), 401, "CHALLENGE_SPENT")
    wrong = await door.http.post("/v1/auth/login", json=SIGN_IN | {"password": "wrong horse"})
    check_problem(wrong, 401, "WRONG_CREDENTIALS")


async def test_a_second_factor_is_set_and_removed(door: Door) -> None:
    """Its owner begins, confirms by a code, sees it, makes codes anew, and takes it away, told in their language."""
    account = door.auth.add("ada@example.org")
    path, headers = "/v1/auth/second-factor", door.bearer(account.user_id)
    early = await door.http.post(f"{path}/confirm", json={"code": CODE}, headers=headers)
    check_problem(early, 404, "SECOND_FACTOR_NOT_STARTED")
    check_problem(await door.http.post(f"{path}/recovery-codes", headers=headers), 409, "SECOND_FACTOR_NOT_SET")
    await door.http.post(path, headers=headers)
    confirmed = await door.http.post(f"{path}/confirm", json={"code": CODE, "language": "de"}, headers=headers)
    assert confirmed.json() == {"recovery_codes": RECOVERY}
    state = (await door.http.get(path, headers=headers)).json()
    check_schema(door, "SecondFactor", state)
    assert state["set_at"] == "2030-01-01T00:00:00.000Z"
    check_problem(await door.http.post(path, headers=headers), 409, "SECOND_FACTOR_SET")
    others = await door.http.post(f"{path}/recovery-codes", headers=headers | {"Accept-Language": "en-GB"})
    assert others.status_code == 201
    assert (await door.http.delete(path, headers=headers | {"Accept-Language": "de,en;q=0.5"})).status_code == 204
    assert (await door.http.get(path, headers=headers)).json()["set_at"] is None
    assert door.factors.told == ["de", "en-GB", "de"]


async def test_an_address_is_changed_at_the_door(door: Door) -> None:
    """A mail is asked for by its owner; the codes of both mails are taken from anybody, once."""
    account = door.auth.add("ada@example.org")
    headers = door.bearer(account.user_id)
    asked = await door.http.post(
        "/v1/auth/email/change", json={"email": "ada@new.example", "language": "de"}, headers=headers
    )
    assert (asked.status_code, door.factors.changes.asked) == (204, [(account.user_id, "ada@new.example", "de")])
    door.factors.changes.codes = {"c": (account.user_id, "ada@new.example"), "u": (account.user_id, "ada@example.org")}
    for path, code, email in (("confirm", "c", "ada@new.example"), ("undo", "u", "ada@example.org")):
        answer = await door.http.post(f"/v1/auth/email/change/{path}", json={"code": code})
        assert answer.status_code == 204
        assert (await door.http.get("/v1/me", headers=headers)).json()["email"] == email
        again = await door.http.post(f"/v1/auth/email/change/{path}", json={"code": code})
        check_problem(again, 404, "CODE_SPENT")
