"""A gateway that people reach by a name, through a proxy on this machine."""

from __future__ import annotations

import ipaddress

import httpx
import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.settings import SettingsInvalid, load
from services.gateway.api.edge import Edge, EdgePolicy
from services.gateway.domain.approach import Approach
from services.gateway.settings import GatewaySettings
from tests.integration.gateway.conftest import OWNER, Door, OpenDoor
from tests.integration.gateway.test_routes import check_problem

NAME = "stems.example"
BACKENDS = ("AUTH", "LIBRARY", "SEPARATION", "BILLING", "RETENTION")
HOSTED = {
    "public_url": f"https://{NAME}",
    "trusted_proxies": 1,
    "proxy_addresses": ("127.0.0.1", "::1"),
    "cookie_secure": "always",
}
PROXIED = {"Host": NAME, "X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}


async def sign_in(door: Door, **headers: str) -> httpx.Response:
    door.auth.add("a@b.example", "right password")
    body = {"email": "a@b.example", "password": "right password", "transport": "cookie"}
    return await door.http.post("/v1/auth/login", json=body, headers=PROXIED | headers)


async def test_cookies_travel_encrypted_alone(open_door: OpenDoor) -> None:
    """Every cookie is Secure and HttpOnly, also when the proxy let a request come in the clear, which gets no HSTS."""
    async with open_door(**HOSTED) as door:
        for proto in ("https", "http"):
            answer = await sign_in(door, Origin=f"https://{NAME}", **{"X-Forwarded-Proto": proto})
            assert answer.status_code == 200, answer.text
            cookies = answer.headers.get_list("set-cookie")
            assert len(cookies) == 2
            assert all("; Secure" in cookie and "; HttpOnly" in cookie for cookie in cookies)
            assert ("strict-transport-security" in answer.headers) is (proto == "https")


async def test_changes_by_cookie_come_from_the_public_page_alone(open_door: OpenDoor) -> None:
    """The origin that people see is ours; another site's, and our own port behind the proxy, are not."""
    async with open_door(**HOSTED) as door:
        assert (await sign_in(door, Origin=f"https://{NAME}")).status_code == 200
        for origin in ("https://evil.example", f"https://{NAME}.evil.example", door.address):
            check_problem(await sign_in(door, Origin=origin), 403, "CROSS_SITE")


async def test_an_upload_goes_on_where_the_public_page_is(open_door: OpenDoor) -> None:
    """The address of an upload is a path, which holds under any name and scheme."""
    async with open_door(**HOSTED) as door:
        asked = PROXIED | door.bearer(OWNER) | {"Tus-Resumable": "1.0.0", "Upload-Length": "3"}
        location = (await door.http.post("/v1/uploads", headers=asked)).headers["location"]
        assert location.startswith("/v1/uploads/")


async def test_visitors_are_counted_by_their_own_address(open_door: OpenDoor) -> None:
    """Behind the named proxy each visitor has a pace of their own, whatever they claim to have come through."""
    async with open_door(**HOSTED, requests_per_s=0.01, requests_burst=1) as door:
        statuses = [
            (await door.http.get("/v1/tracks", headers=PROXIED | {"X-Forwarded-For": chain})).status_code
            for chain in ("198.51.100.1", "198.51.100.2", "203.0.113.9, 198.51.100.2")
        ]
        assert statuses == [401, 401, 429]


@pytest.mark.parametrize(("peer", "status"), [("192.0.2.10", 200), ("192.0.2.77", 421), ("192.0.2.1", 200)])
async def test_nobody_comes_around_the_proxy(peer: str, status: int) -> None:
    """The public name from a peer that is neither the named proxy nor this machine is 421 with the right address."""

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        await Response("in")(scope, receive, send)

    approach = Approach(f"https://{NAME}", 1, (ipaddress.ip_network("192.0.2.10"),))
    transport = httpx.ASGITransport(_listening_on("192.0.2.1", Edge(inner, EdgePolicy(approach))), client=(peer, 50000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{NAME}:8080") as http:
        answer = await http.get("/", headers={"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https"})
    assert answer.status_code == status
    if status == 421:
        check_problem(answer, 421, "WRONG_ADDRESS")
        assert f"https://{NAME}" in answer.text


def _listening_on(address: str, app: ASGIApp) -> ASGIApp:
    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "server": (address, 8080)}, receive, send)

    return told


async def test_another_name_is_told_the_right_one(open_door: OpenDoor) -> None:
    """Under a foreign name nothing is answered but probes; this machine may use its own address."""
    async with open_door(**HOSTED) as door:
        for path in ("/", "/v1/tracks", "/openapi.json"):
            refused = await door.http.get(path, headers={"Host": "evil.example"})
            check_problem(refused, 421, "WRONG_ADDRESS")
            assert f"https://{NAME}" in refused.text
        for path in ("/healthz", "/readyz"):
            assert (await door.http.get(path, headers={"Host": "10.1.2.3"})).status_code != 421
        assert (await door.http.get("/")).status_code == 200
        assert (await door.http.get("/", headers={"Host": NAME})).status_code == 200


def test_a_proxy_that_is_no_address_is_a_fault_of_settings() -> None:
    """A slip in the proxies' addresses ends the start with the setting's name."""
    given = {f"STRIPSESSION_{name}_ADDRESS": "127.0.0.1:9" for name in BACKENDS}
    given |= {"STRIPSESSION_CERTIFICATES": "c", "STRIPSESSION_NATS_URL": "n", "STRIPSESSION_PROXY_ADDRESSES": "caddy"}
    with pytest.raises(SettingsInvalid, match="STRIPSESSION_PROXY_ADDRESSES is malformed: 'caddy'"):
        load(GatewaySettings, given)
