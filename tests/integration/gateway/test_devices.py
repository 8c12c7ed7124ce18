"""Signing in a program by a code: what it is told, and what whoever approves is shown."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest
from rich.console import Console

from cli.gateway import Gateway, Refused
from cli.login import approved
from cli.sessions import SessionFile
from tests.integration.gateway.conftest import OWNER, Door
from tests.integration.gateway.test_routes import check_problem

CLIENT = {"client_name": "stripsession on ada-laptop"}


async def test_a_program_is_approved_and_signed_in_once(door: Door) -> None:
    """The codes come in bodies, who approves sees what asks and from where, and the session is told once."""
    ada = door.auth.add("ada@example.org")
    started = (await door.http.post("/v1/auth/device", json=CLIENT)).json()
    assert started["path"] == f"/#/device/{started['user_code']}"
    asking = {"device_code": started["device_code"]}
    check_problem(await door.http.post("/v1/auth/device/token", json=asking), 409, "DEVICE_PENDING")
    code = {"user_code": started["user_code"]}
    shown = await door.http.post("/v1/auth/device/lookup", json=code, headers=door.bearer(ada.user_id))
    assert (shown.json()["client_name"], shown.json()["address"]) == (CLIENT["client_name"], "127.0.0.1")
    yes = await door.http.post(
        "/v1/auth/device/answer", json=code | {"approve": True}, headers=door.bearer(ada.user_id)
    )
    assert yes.status_code == 204
    session = await door.http.post("/v1/auth/device/token", json=asking)
    assert session.headers["cache-control"] == "no-store"
    assert session.json()["account"]["email"] == "ada@example.org"
    bearer = {"Authorization": f"Bearer {session.json()['access_token']}"}
    assert (await door.http.get("/v1/me", headers=bearer)).json()["user_id"] == ada.user_id
    check_problem(await door.http.post("/v1/auth/device/token", json=asking), 404, "DEVICE_CODE_NOT_FOUND")


async def test_the_command_line_signs_in_and_out(door: Door, tmp_path: Path) -> None:
    """`stripsession login` waits until its code is approved, and what it keeps is a session here until it is ended."""
    ada = door.auth.add("ada@example.org")
    gateway, kept, said = Gateway(door.address), SessionFile(door.address, tmp_path), io.StringIO()
    waits: list[float] = []

    async def sleep(wait_s: float) -> None:
        waits.append(wait_s)
        if len(waits) == 2:
            (code,) = door.devices.waiting
            assert code in said.getvalue()
            body = {"user_code": code, "approve": True}
            await door.http.post("/v1/auth/device/answer", json=body, headers=door.bearer(ada.user_id))

    assert (await approved(gateway, kept, Console(file=said, width=200), sleep))["email"] == "ada@example.org"
    assert waits == [5.0, 5.0]
    await gateway.close()
    later = Gateway(door.address)
    assert later.keep_session(kept)
    assert (await later.json("GET", "/v1/me"))["user_id"] == ada.user_id
    assert len(door.auth.refresh_tokens) == 1
    await later.sign_out()
    await later.close()
    assert door.auth.refresh_tokens == {}


async def test_the_command_line_acts_by_a_key(door: Door) -> None:
    """A key opens to the command line what it is for, and what it is not for is said in the gateway's words."""
    _, key = door.api_keys.add(OWNER, "tracks:read")
    gateway = Gateway(door.address)
    gateway.use_key(key)
    assert (await gateway.json("GET", "/v1/tracks"))["tracks"] == []
    with pytest.raises(Refused, match="not for billing:read"):
        await gateway.json("GET", "/v1/billing/usage")
    await gateway.close()


async def test_only_who_is_signed_in_looks_and_answers(door: Door) -> None:
    """Codes are shown to and answered by people, not by strangers and not by keys; a refusal is told."""
    started = (await door.http.post("/v1/auth/device", json=CLIENT)).json()
    code = {"user_code": started["user_code"]}
    _, key = door.api_keys.add("usr_1", "tracks:read", "tracks:write", "downloads", "shares", "billing:read")
    for path, body in (("lookup", code), ("answer", code | {"approve": True})):
        check_problem(await door.http.post(f"/v1/auth/device/{path}", json=body), 401, "UNAUTHENTICATED")
        by_key = {"Authorization": f"Bearer {key}"}
        answer = await door.http.post(f"/v1/auth/device/{path}", json=body, headers=by_key)
        check_problem(answer, 403, "SESSION_REQUIRED")
    refusing = code | {"approve": False}
    await door.http.post("/v1/auth/device/answer", json=refusing, headers=door.bearer())
    asking = {"device_code": started["device_code"]}
    check_problem(await door.http.post("/v1/auth/device/token", json=asking), 403, "DEVICE_REFUSED")
    again = await door.http.post("/v1/auth/device/answer", json=code | {"approve": True}, headers=door.bearer())
    check_problem(again, 404, "DEVICE_CODE_NOT_FOUND")


async def test_no_code_is_logged(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Neither code is in any log."""
    caplog.set_level(logging.DEBUG)
    started = (await door.http.post("/v1/auth/device", json=CLIENT)).json()
    code = {"user_code": started["user_code"]}
    await door.http.post("/v1/auth/device/lookup", json=code, headers=door.bearer())
    await door.http.post("/v1/auth/device/token", json={"device_code": started["device_code"]})
    said = "".join(
        record.getMessage() + repr(record.__dict__) for record in caplog.records if "httpx" not in record.name
    )
    assert started["user_code"] not in said
    assert started["device_code"] not in said
