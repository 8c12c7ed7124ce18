"""Signing in: how long a refusal takes, the address being known or not, and what a crowd costs others."""

from __future__ import annotations

import asyncio
import concurrent.futures
import multiprocessing
import secrets
import statistics
import time
from pathlib import Path

import httpx

from tests.bench.goals import SIGN_IN_DIFFERENCE_PERCENT_MAX, STALLED_MS_MAX, Goal
from tests.bench.said import say
from tests.stories.house import House, Listener

TRIES = 60
"""Of each kind, by turns."""
CROWD = 200


def run(folder: Path) -> list[Goal]:
    """On a house of its own."""
    house = House(folder / "data", "--engine", "in_process")
    house.start()
    try:
        listener = Listener(house)
        difference = _difference(listener)
        stalled = asyncio.run(_crowd(house, listener))
        listener.http.close()
    finally:
        house.stop()
    return [difference, stalled]


def _difference(listener: Listener) -> Goal:
    took_ms: dict[str, list[float]] = {"known": [], "unknown": []}
    for _ in range(TRIES):
        for kind, email in (("known", listener.email), ("unknown", f"nobody-{secrets.token_hex(6)}@example.com")):
            # A new name each time, and the known one's right password between: neither is made to wait for its tries.
            began = time.perf_counter()
            answer = listener.http.post("/v1/auth/login", json={"email": email, "password": secrets.token_urlsafe(16)})
            took_ms[kind].append(1000 * (time.perf_counter() - began))
            if answer.status_code != 401:
                raise RuntimeError(f"a wrong password was answered with {answer.status_code}")
        right = {"email": listener.email, "password": listener.password}
        listener.http.post("/v1/auth/login", json=right).raise_for_status()
    known, unknown = (statistics.median(times) for times in took_ms.values())
    for kind, times in took_ms.items():
        low, middle, high = statistics.quantiles(times, n=4)
        say(f"wrong password, address {kind}: median {middle:.1f} ms, half of them from {low:.1f} to {high:.1f}")
    note = f"median of {TRIES} each, {known:.1f} and {unknown:.1f} ms"
    percent = 100 * abs(known - unknown) / unknown
    return Goal("known and unknown address differ by", percent, "%", SIGN_IN_DIFFERENCE_PERCENT_MAX, note=note)


async def _crowd(house: House, listener: Listener) -> Goal:
    signed = {"Authorization": str(listener.http.headers["Authorization"])}
    # The crowd is another process: its own work must not be read as the gateway's.
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as elsewhere:
        async with httpx.AsyncClient(base_url=house.url, timeout=60) as http:
            return await _beside(elsewhere, http, signed, house.url)


async def _beside(
    elsewhere: concurrent.futures.Executor, http: httpx.AsyncClient, signed: dict[str, str], url: str
) -> Goal:
    async def read_ms() -> float:
        began = time.perf_counter()
        (await http.get("/v1/tracks", headers=signed)).raise_for_status()
        return 1000 * (time.perf_counter() - began)

    alone = [await read_ms() for _ in range(30)]
    come = asyncio.get_running_loop().run_in_executor(elsewhere, _come, url)
    beside = []
    while not come.done():
        beside.append(await read_ms())
    statuses = await come
    hashed = statuses.count(401)
    say(f"of {CROWD} sign-ins at once {hashed} were looked into, {statuses.count(503)} told when to come back")
    say(f"a list of tracks alone: median {statistics.median(alone):.1f} ms, the slowest {max(alone):.1f}")
    note = f"the slowest of {len(beside)}; median {statistics.median(beside):.1f} ms"
    return Goal(f"a list beside {CROWD} sign-ins", max(beside), "ms", STALLED_MS_MAX, note=note)


def _come(url: str) -> list[int]:
    """All at once, each of an address of its own, as one address is made to wait after some tries. Their statuses."""

    async def all_at_once() -> list[int]:
        limits = httpx.Limits(max_connections=CROWD)
        async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as http:
            asked = [{"email": f"crowd-{number}@example.com", "password": "a wrong one"} for number in range(CROWD)]
            answers = await asyncio.gather(*(http.post("/v1/auth/login", json=each) for each in asked))
        return [answer.status_code for answer in answers]

    return asyncio.run(all_at_once())
