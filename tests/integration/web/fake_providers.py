"""The fake gateway's providers, and the page of one of them."""

from __future__ import annotations

from collections.abc import Callable

from playwright.async_api import Page, expect
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.integration.web.told import MOMENT, problem, told

GOOGLE = {"provider": "google", "kind": "google", "name": "Google"}
CLUB = {"provider": "club", "kind": "oidc", "name": "Choir of the Upper Valley"}
BOTH = [GOOGLE, CLUB]
_PAGE = (
    "<!doctype html><title>Provider</title><h1>Who signs in?</h1>"
    '<a href="/made/back?word=">Ada</a> <a href="/made/back?word=PROVIDER_DENIED">Nobody</a>'
)


async def answer_as(page: Page, who: str) -> None:
    """At the provider's page press who one is, once that page is there: ours has a link with one's name as well."""
    await expect(page.get_by_role("heading", name="Who signs in?")).to_be_visible()
    await page.get_by_role("link", name=who, exact=True).click()


class FakeProviders:
    """None is offered until a test says so; whoever goes to one is somebody new until `is_known`."""

    def __init__(self, with_session: Callable[[Response], Response]) -> None:
        """`with_session` signs in whoever gets the answer."""
        self.offered: list[dict[str, str]] = []
        self.connected: list[str] = []
        self.is_last_way_in = self.is_known = False
        self.refusal: tuple[int, str] | None = None
        """Of the question what is connected."""
        self._with_session = with_session
        self._begun = ""
        """Whether to sign in or to connect, once somebody went."""
        self._is_back = False
        self.asked_anew: list[bool] = []
        """Of each start of a sign-in: whether the provider is to ask anew."""

    def open_routes(self) -> list[Route]:
        """Those for whoever is not signed in."""
        return [
            Route("/v1/auth/providers", self._list),
            Route("/v1/auth/providers/{provider}/start", self._start, methods=["POST"]),
            Route("/v1/auth/providers/finish", self._finish, methods=["POST"]),
            Route("/made/provider", self._page),
            Route("/made/back", self._back),
        ]

    def routes(self) -> list[Route]:
        """Those that ask who is calling."""
        return [
            Route("/v1/auth/connections", self._connections, methods=["GET", "POST"]),
            Route("/v1/auth/connections/{provider}", self._disconnect, methods=["DELETE"]),
            Route("/v1/auth/connections/{provider}/start", self._start_connecting, methods=["POST"]),
        ]

    async def _list(self, _: Request) -> Response:
        return told("ProviderList", {"providers": self.offered})

    async def _start(self, request: Request) -> Response:
        self.asked_anew.append((await request.json())["again"])
        return self._road(request, "/#/arrived")

    async def _start_connecting(self, request: Request) -> Response:
        return self._road(request, "/#/arrived/connect")

    def _road(self, request: Request, begun: str) -> Response:
        if request.path_params["provider"] == CLUB["provider"]:
            return problem(503, "PROVIDER_AWAY", "This provider cannot be reached just now.", retry_after_s="1")
        self._begun, self._is_back = begun, False
        return told("ProviderRoad", {"authorization_url": f"{request.base_url}made/provider"})

    async def _page(self, _: Request) -> Response:
        return HTMLResponse(_PAGE)

    async def _back(self, request: Request) -> Response:
        word = request.query_params["word"]
        self._is_back = not word
        return RedirectResponse(f"/#/arrived/{word}" if word else self._begun, status_code=303)

    async def _finish(self, request: Request) -> Response:
        if not self._is_back:
            return problem(404, "PROVIDER_SIGN_IN_SPENT", "This sign-in was used, or has run out.", "Begin anew.")
        if not (self.is_known or (await request.json())["confirms_age"]):
            newcomer = {"confirmation": "age", "provider": GOOGLE, "email": "ada@example.org", "display_name": "Ada"}
            return told("ProviderNewcomer", newcomer, 202)
        self._is_back = False
        return self._with_session(JSONResponse({}))

    async def _connections(self, request: Request) -> Response:
        if self.refusal is not None:
            return problem(self.refusal[0], self.refusal[1], "No.")
        if request.method == "POST":
            self.connected.append("google")
            return told("Connection", self._connection(GOOGLE))
        rows = [self._connection(each) for each in BOTH if each["provider"] in self.connected]
        return told("Connections", {"connections": rows})

    def _connection(self, provider: dict[str, str]) -> dict[str, object]:
        return {"provider": provider, "connected_at": MOMENT, "is_last_way_in": self.is_last_way_in}

    async def _disconnect(self, request: Request) -> Response:
        self.connected.remove(request.path_params["provider"])
        return Response(status_code=204)
