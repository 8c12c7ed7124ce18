"""The issuer's stand-in as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys

import httpx
import jwt

from tests.integration.auth.clerk_house import PAGE, SECRET_KEY, WEBHOOK_SECRET
from tests.paths import REPOSITORY

_WAIT_S = 60


async def _started(listen: str, *arguments: str, secret: str = SECRET_KEY) -> asyncio.subprocess.Process:
    environment = dict(os.environ, ISSUER_SECRET_KEY=secret, ISSUER_WEBHOOK_SECRET=WEBHOOK_SECRET)
    command = [sys.executable, "-m", "stack.issuer", "serve", "--listen", listen, "--page", PAGE, *arguments]
    return await asyncio.create_subprocess_exec(
        *command, cwd=REPOSITORY, env=environment, stderr=asyncio.subprocess.PIPE
    )


def _free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


async def test_it_serves_keys_people_and_tokens() -> None:
    """Whoever has its secret makes people and their tokens, which its published key verifies; it stops when told."""
    listen = _free_address()
    process = await _started(listen, "--person", "ada@example.org")
    try:
        assert process.stderr is not None
        line = await asyncio.wait_for(process.stderr.readline(), _WAIT_S)
        assert json.loads(line)["event"] == "issuer stand-in served", line
        ours = {"Authorization": f"Bearer {SECRET_KEY}"}
        async with httpx.AsyncClient(base_url=f"http://{listen}", trust_env=False) as http:
            assert (await http.get("/v1/users")).status_code == 401
            (ada,) = (await http.get("/v1/users", headers=ours)).json()
            bob = (await http.post("/_test/people", json={"email": "bob@example.org"}, headers=ours)).json()
            assert (await http.post(f"/_test/people/{bob['id']}/token")).status_code == 401
            token = (await http.post(f"/_test/people/{ada['id']}/token", headers=ours)).json()["token"]
            keys = jwt.PyJWKSet.from_dict((await http.get("/.well-known/jwks.json")).json())
            key = keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(token, key, algorithms=["RS256"], issuer=f"http://{listen}")
            assert (claims["sub"], claims["azp"], claims["exp"] - claims["iat"]) == (ada["id"], PAGE, 60)
            assert (await http.delete(f"/_test/people/{bob['id']}", headers=ours)).json()["deleted"] is True
            assert (await http.get(f"/v1/users/{bob['id']}", headers=ours)).status_code == 404
    finally:
        process.send_signal(signal.SIGTERM)
        _, written = await asyncio.wait_for(process.communicate(), _WAIT_S)
    assert process.returncode == 0
    assert SECRET_KEY.encode() not in written


async def test_it_takes_no_key_that_could_be_real() -> None:
    """A key that does not say that it is for tests is refused, so that nobody's real one is ever written down here."""
    process = await _started(_free_address(), secret="sk_live_oh_no")
    _, written = await asyncio.wait_for(process.communicate(), _WAIT_S)
    assert (process.returncode, b"sk_test_" in written) == (78, True)
