"""The stand-in as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.integration.stripe.shop import KEY, SECRET, START, Mailbox, served
from tests.paths import REPOSITORY

_WAIT_S = 60


@contextlib.asynccontextmanager
async def _process(*arguments: str) -> AsyncIterator[str]:
    """The process, ready; its address. It ends by SIGTERM, and in order."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    environment = dict(os.environ, STRIPE_STAND_IN_SECRET_KEY=KEY, STRIPE_STAND_IN_WEBHOOK_SECRET=SECRET)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stack.stripe", "serve", "--listen", listen, *arguments,
        cwd=REPOSITORY, env=environment, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = await asyncio.wait_for(process.stderr.readline(), _WAIT_S)
        assert json.loads(line)["event"] == "stripe stand-in served", line
        yield f"http://{listen}"
    finally:
        process.send_signal(signal.SIGTERM)
        _, written = await asyncio.wait_for(process.communicate(), _WAIT_S)
    assert process.returncode == 0
    assert SECRET.encode() not in written
    assert KEY.encode() not in written


async def test_account_outlives_the_process(tmp_path: Path) -> None:
    """Customers, keys and time are there again after a restart, and webhooks go out by themselves."""
    mailbox, headers = Mailbox(), {"Authorization": f"Bearer {KEY}"}
    async with served(mailbox.application()) as hooks, httpx.AsyncClient(headers=headers, trust_env=False) as http:
        arguments = ["--data", str(tmp_path), "--frozen-at", str(START), "--webhook-url", f"{hooks}/webhooks"]
        async with _process(*arguments) as address:
            made = await http.post(f"{address}/v1/customers", headers={"Idempotency-Key": "k1"})
            await http.post(f"{address}/_test/clock/advance", json={"seconds": 3600})
            async with asyncio.timeout(_WAIT_S):
                while "customer.created" not in mailbox.types:
                    await http.post(f"{address}/_test/deliver")
        async with _process(*arguments) as address:
            found = await http.get(f"{address}/v1/customers/{made.json()['id']}")
            assert found.json() == made.json()
            again = await http.post(f"{address}/v1/customers", headers={"Idempotency-Key": "k1"})
            assert again.json() == made.json()
            clock = await http.post(f"{address}/_test/clock")
            assert clock.json()["now"] == START + 3600
            prices = await http.get(f"{address}/v1/prices")
            assert len(prices.json()["data"]) == 9


@pytest.mark.parametrize(
    ("key", "arguments", "words"),
    [
        ("", [], "must be a key that begins with sk_test_"),
        ("sk_live_never", [], "must be a key that begins with sk_test_"),
        (KEY, ["--catalogue", "/nosuch.json"], "not a JSON file that can be read"),
    ],
)
async def test_refuses_to_start(key: str, arguments: list[str], words: str) -> None:
    """A key that is not for tests, or a catalogue that cannot be read, ends the process with one plain line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stack.stripe", "serve", "--listen", "127.0.0.1:0", *arguments,
        cwd=REPOSITORY, env=dict(os.environ, STRIPE_STAND_IN_SECRET_KEY=key), stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, written = await asyncio.wait_for(process.communicate(), _WAIT_S)
    assert process.returncode != 0
    assert words in written.decode()
    assert written.count(b"\n") == 1


async def test_broken_snapshot_is_not_overwritten(tmp_path: Path) -> None:
    """An account that cannot be read stops the process and stays where it is."""
    (tmp_path / "account.json").write_text("{", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stack.stripe", "serve", "--listen", "127.0.0.1:0", "--data", str(tmp_path),
        cwd=REPOSITORY, env=dict(os.environ, STRIPE_STAND_IN_SECRET_KEY=KEY), stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, written = await asyncio.wait_for(process.communicate(), _WAIT_S)
    assert (process.returncode, b"move it away" in written) == (1, True)
    assert (tmp_path / "account.json").read_text(encoding="utf-8") == "{"
