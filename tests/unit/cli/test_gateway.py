"""The command line's client: sessions that are renewed, ended or lost, and a gateway that stays away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from cli import gateway as gateway_module
from cli.exits import NOT_RUNNING, CommandFault
from cli.gateway import Gateway, Refused
from cli.sessions import SessionFile
from cli.uploads import Memory, upload
from services.gateway.domain.device import device_of

ADDRESS = "http://127.0.0.1:8080"


class House:
    """A gateway whose access tokens are good until it says otherwise; each refresh token works once."""

    def __init__(self) -> None:
        self.access, self.refresh = "access-0", "refresh-0"
        self.issued = 0
        self.refreshes = 0
        self.refreshing = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.unsigned: list[str] = []
        self.ended: list[str] = []
        self.programs: set[str] = set()

    def expire(self) -> None:
        self.access = "nobody has this"

    def tokens(self) -> httpx.Response:
        self.issued += 1
        self.access, self.refresh = f"access-{self.issued}", f"refresh-{self.issued}"
        return httpx.Response(200, json={"access_token": self.access, "refresh_token": self.refresh})

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.programs.add(device_of(request.headers.get("user-agent", "")))
        if request.url.path in ("/v1/auth/link", "/v1/auth/login", "/v1/auth/device/token"):
            return self.tokens()
        if request.url.path == "/v1/auth/logout":
            self.ended.append(json.loads(request.content)["refresh_token"])
            return httpx.Response(204)
        if request.url.path == "/v1/auth/refresh":
            self.refreshes += 1
            self.refreshing.set()
            await self.may_answer.wait()
            if json.loads(request.content)["refresh_token"] != self.refresh:
                return httpx.Response(401, json={"reason": "SESSION_ENDED", "detail": "The session has ended."})
            return self.tokens()
        if request.headers.get("authorization") != f"Bearer {self.access}":
            if "authorization" not in request.headers:
                self.unsigned.append(request.url.path)
            return httpx.Response(401, json={"reason": "UNAUTHENTICATED"})
        return httpx.Response(200, json={"path": request.url.path})


async def signed_in(house: House) -> Gateway:
    gateway = Gateway(ADDRESS, httpx.MockTransport(house))
    await gateway.redeem_link("code")
    return gateway


@pytest.mark.parametrize("way", ["link", "password"])
async def test_a_session_ends_with_the_command_that_opened_it(way: str) -> None:
    """A sign-in for one command is named after this program, and is gone when it ends, whatever it was renewed to."""
    house = House()
    gateway = Gateway(ADDRESS, httpx.MockTransport(house))
    await (gateway.redeem_link("code") if way == "link" else gateway.sign_in("ada@example.org", "a long enough secret"))
    house.expire()
    await gateway.json("GET", "/one")
    await gateway.close()
    assert house.ended == ["refresh-2"]
    (program,) = house.programs
    assert program.partition(", ")[0] == "stripsession"


async def test_a_session_that_is_kept_outlives_the_command(tmp_path: Path) -> None:
    """Neither the session of `login` nor an API key is ended by a command that acts by it."""
    house = House()
    device = Gateway(ADDRESS, httpx.MockTransport(house))
    await device.redeem_device("code")
    kept = SessionFile(ADDRESS, tmp_path)
    kept.write(device.tokens())
    await device.close()
    later = Gateway(ADDRESS, httpx.MockTransport(house))
    later.keep_session(kept)
    await later.close()
    key = Gateway(ADDRESS, httpx.MockTransport(house))
    key.use_key("sks_live_key")
    await key.close()
    assert house.ended == []


async def test_a_command_ends_where_its_session_cannot_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that went away, or says nothing, holds nobody up who wants to leave."""
    monkeypatch.setattr(gateway_module, "_PARTING_S", 0.01)
    house = House()
    for fault in (httpx.ConnectError("away"), None):

        async def parting(request: httpx.Request, fault: Exception | None = fault) -> httpx.Response:
            if request.url.path == "/v1/auth/logout":
                if fault is not None:
                    raise fault
                await asyncio.Event().wait()
            return await house(request)

        gateway = Gateway(ADDRESS, httpx.MockTransport(parting))
        await gateway.redeem_link("code")
        async with asyncio.timeout(5):
            await gateway.close()


async def test_requests_beside_a_renewal_wait_for_it() -> None:
    """Whatever finds the token expired while another request renews it goes on with the new one, renewed once."""
    house = House()
    gateway = await signed_in(house)
    house.expire()
    house.may_answer.clear()
    first = asyncio.create_task(gateway.json("GET", "/one"))
    async with asyncio.timeout(5):
        await house.refreshing.wait()
        others = [asyncio.create_task(gateway.json("GET", f"/other-{number}")) for number in range(3)]
        house.may_answer.set()
        answers = await asyncio.gather(first, *others)
    assert [answer["path"] for answer in answers] == ["/one", "/other-0", "/other-1", "/other-2"]
    assert house.refreshes == 1
    assert house.unsigned == []
    await gateway.close()


async def test_a_session_that_ended_says_what_to_do() -> None:
    """Without a way to sign in again, a refused renewal is one plain sentence."""
    house = House()
    gateway = await signed_in(house)
    house.expire()
    house.refresh = "spent"
    with pytest.raises(CommandFault, match="run the same command again to sign in anew"):
        await gateway.json("GET", "/one")
    await gateway.close()


async def test_a_session_that_ended_is_opened_again() -> None:
    """With a way to sign in again, a refused renewal costs the command nothing."""
    house = House()
    gateway = await signed_in(house)
    gateway.when_session_ends(lambda: gateway.redeem_link("another"))
    house.expire()
    house.refresh = "spent"
    assert (await gateway.json("GET", "/one"))["path"] == "/one"
    async with gateway.stream("/two") as answer:
        assert answer.status_code == 200
    await gateway.close()


async def test_events_of_a_gateway_that_stays_away_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Following a track gives up with a plain sentence when nothing answers for longer than a restart takes."""
    monkeypatch.setattr(gateway_module, "PATIENCE_S", 0.0)
    monkeypatch.setattr(gateway_module, "_PAUSE_S", 0.01)

    async def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    gateway = Gateway(ADDRESS, httpx.MockTransport(away))
    events = gateway.events("/v1/tracks/trk_1/events")
    with pytest.raises(CommandFault, match="stripsession up") as raised:
        await anext(events)
    assert raised.value.exit_code == NOT_RUNNING
    await gateway.close()


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (httpx.ConnectError("refused"), "is not running at .* start it with `stripsession up`"),
        (httpx.ReadTimeout("silent"), "runs at .* but does not answer; ask `stripsession doctor`"),
    ],
)
async def test_a_silent_gateway_is_told_from_one_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, fault: httpx.HTTPError, told: str
) -> None:
    """What does not run must be started; what runs and says nothing must be looked at."""
    monkeypatch.setattr(gateway_module, "PATIENCE_S", 0.0)
    monkeypatch.setattr(gateway_module, "_PAUSE_S", 0.01)

    async def silent(_: httpx.Request) -> httpx.Response:
        raise fault

    gateway = Gateway(ADDRESS, httpx.MockTransport(silent))
    with pytest.raises(CommandFault, match=told):
        await gateway.json("GET", "/one", answer_s=0.0)
    await gateway.close()


async def test_an_overdue_answer_is_told_and_so_is_its_coming(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person hears once that answers are overdue, and once that none is any more."""
    # At once, so that all three are overdue together and none becomes it while another is answered.
    monkeypatch.setattr(gateway_module, "_OVERDUE_S", 0.0)
    house = House()
    gateway = await signed_in(house)
    heard: list[bool] = []
    overdue = asyncio.Event()

    def tell(is_silent: bool) -> None:
        heard.append(is_silent)
        if is_silent:
            overdue.set()

    gateway.when_silent(tell)
    house.expire()
    house.may_answer.clear()
    asking = [asyncio.create_task(gateway.json("GET", f"/{number}")) for number in range(3)]
    async with asyncio.timeout(5):
        await overdue.wait()
        house.may_answer.set()
        await asyncio.gather(*asking)
    assert heard == [True, False]
    await gateway.close()


@pytest.mark.parametrize(
    ("told", "pause_s"),
    [
        ("2", 2.0),
        (" 7 ", 7.0),
        ("0", 0.5),
        ("86400", 30.0),
        ("9" * 400, 30.0),
        ("inf", 0.5),
        ("nan", 0.5),
        ("-5", 0.5),
        ("soon", 0.5),
        ("\u0663", 0.5),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 0.5),
        (None, 0.5),
    ],
)
async def test_a_busy_server_is_believed_within_reason(
    monkeypatch: pytest.MonkeyPatch, told: str | None, pause_s: float
) -> None:
    """Retry-After is waited for up to half a minute; what is no number of seconds is as good as absent."""
    paused: list[float] = []
    headers = [] if told is None else [(b"Retry-After", told.encode())]
    answers = [httpx.Response(503, headers=headers), httpx.Response(200, json={"path": "/one"})]

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    async def busy(_: httpx.Request) -> httpx.Response:
        return answers.pop(0)

    monkeypatch.setattr(asyncio, "sleep", pause)
    gateway = Gateway(ADDRESS, httpx.MockTransport(busy))
    assert (await gateway.json("GET", "/one"))["path"] == "/one"
    assert paused == [pause_s]
    await gateway.close()


class TusServer:
    """Stores what is patched; the first PATCHes are answered with these statuses, after half of their body."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.stored = b""

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(201, headers={"Location": "/v1/uploads/upl_one"}, json={})
        if request.method == "HEAD":
            return httpx.Response(200, headers={"Upload-Offset": str(len(self.stored))})
        assert int(request.headers["upload-offset"]) == len(self.stored)
        body = b"".join([part async for part in _parts(request)])
        if self.statuses:
            self.stored += body[: len(body) // 2]
            return httpx.Response(self.statuses.pop(0), json={"detail": "not now"})
        self.stored += body
        return httpx.Response(204)


async def _parts(request: httpx.Request) -> AsyncIterator[bytes]:
    assert isinstance(request.stream, httpx.AsyncByteStream)
    async for part in request.stream:
        yield part


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 504])
async def test_an_upload_outlasts_a_service_that_restarts(tmp_path: Path, status: int) -> None:
    """A PATCH that is refused for now is followed by another from where the server stands."""
    server = TusServer(status)
    song = tmp_path / "song.wav"
    song.write_bytes(bytes(range(256)) * 40)
    gateway = Gateway(ADDRESS, httpx.MockTransport(server))
    memory = Memory(tmp_path / "uploads.json")
    async with asyncio.timeout(10):
        assert await upload(gateway, song, memory, lambda _: None) == "upl_one"
    assert server.stored == song.read_bytes()
    await gateway.close()


async def test_an_upload_that_is_refused_for_good_ends(tmp_path: Path) -> None:
    """What asking again will not change is told at once."""
    server = TusServer(413)
    song = tmp_path / "song.wav"
    song.write_bytes(b"bytes")
    gateway = Gateway(ADDRESS, httpx.MockTransport(server))
    with pytest.raises(Refused, match="not now"):
        await upload(gateway, song, Memory(tmp_path / "uploads.json"), lambda _: None)
    await gateway.close()


async def test_a_second_step_is_told() -> None:
    """An account that asks for a code is not signed in to by a password in a variable, and it is told how else."""

    def ask(request: httpx.Request) -> httpx.Response:
        return httpx.Response(202, json={"challenge": "c", "methods": ["totp"]})

    gateway = Gateway(ADDRESS, httpx.MockTransport(ask))
    with pytest.raises(Refused, match="stripsession login"):
        await gateway.sign_in("ada@example.org", "a long enough secret")
