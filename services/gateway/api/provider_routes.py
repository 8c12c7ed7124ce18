"""Signing in by a provider, such as Google, and connecting one: where to go, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.admission import Admission, require_same_origin
from services.gateway.api.calls import ask
from services.gateway.api.cookies import PROVIDER_COOKIE
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, Rate, json_answer, nothing
from services.gateway.api.mapping import moment
from services.gateway.api.opened_session import TRANSPORT, cookie_life_s, device, is_by_cookie, language, session_answer
from services.gateway.api.schema import Body, YesNo
from stripsession.auth.v1 import provider_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.auth.v1.provider_service_pb2_grpc import ProviderServiceAsyncStub

_FINISH_S = 600
"""Beside the way there and back, time to confirm one's age."""
START = Body(
    "ProviderStart",
    "How to begin.",
    (
        YesNo(
            "again",
            "True has the provider ask who you are, however lately it did, so that the new session counts as fresh.",
        ),
    ),
    {"again": False},
)
FINISH = Body(
    "ProviderFinish",
    "What is said of somebody new.",
    (
        YesNo("confirms_age", "True says that the person is 13 or older, and has an account made where there is none."),
        TRANSPORT,
    ),
    {"confirms_age": True, "transport": "cookie"},
)
_ROAD = (Answer(200, "Where to go.", "ProviderRoad"),)
_GOING = (
    " For pages of this origin: the request must be same-origin, and a cookie ties the way back to this browser for"
    " ten minutes. The provider sends the browser to this server, which sends it to the page at `#/arrived`"
)


class ProviderRoutes:
    """What the page asks about providers."""

    def __init__(self, providers: ProviderServiceAsyncStub, admission: Admission) -> None:
        """`admission` writes the cookies."""
        self._providers = providers
        self._admission = admission

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [*self._of_anybody(), *self._of_people()]

    def _of_anybody(self) -> list[Endpoint]:
        return [
            Endpoint(
                *("GET", "/v1/auth/providers", "listProviders", "The providers that people may sign in by.", self.list),
                *((Answer(200, "All of them, in the order of their buttons.", "ProviderList"),), Access.PUBLIC),
                tag="auth",
            ),
            Endpoint(
                "POST",
                "/v1/auth/providers/{provider}/start",
                "startProviderSignIn",
                "Begin to sign in by a provider.",
                self.start,
                _ROAD,
                *(Access.PUBLIC, Rate.SIGN_IN),
                body=START,
                tag="auth",
                description="Open `authorization_url` in this browser."
                + _GOING
                + ", or at `#/arrived/` and the reason of what went wrong. Then ask finishProviderSignIn. A provider"
                " lets in by itself whoever it knows, so a session that it opens counts as fresh only where it tells"
                " when it last asked, or was begun with `again` by somebody who has nothing else to show.",
                refusals=("CROSS_SITE", "PROVIDER_AWAY", "PROVIDER_UNKNOWN"),
            ),
            Endpoint(
                *("POST", "/v1/auth/providers/finish", "finishProviderSignIn"),
                *("Sign in who came back from a provider.", self.finish),
                (
                    Answer(200, "The account and its session.", "Session"),
                    Answer(
                        202, "Nobody has this account yet: their age has to be confirmed first.", "ProviderNewcomer"
                    ),
                ),
                *(Access.PUBLIC, Rate.SIGN_IN),
                body=FINISH,
                tag="auth",
                description="By the cookie of startProviderSignIn, once, and same-origin. An address that the provider"
                " has verified becomes the account's; one that another account has leads to nobody's, but to"
                " PROVIDER_EMAIL_TAKEN.",
                refusals=(
                    *("ACCOUNT_NOT_FOUND", "CROSS_SITE"),
                    *("PROVIDER_EMAIL_TAKEN", "PROVIDER_SIGN_IN_SPENT", "PROVIDER_UNKNOWN"),
                ),
            ),
        ]

    def _of_people(self) -> list[Endpoint]:
        return [
            Endpoint(
                *(
                    "GET",
                    "/v1/auth/connections",
                    "listConnections",
                    "The providers that sign you in.",
                    self.connections,
                ),
                (Answer(200, "All of them.", "Connections"),),
                tag="auth",
                refusals=("ACCOUNT_NOT_FOUND",),
            ),
            Endpoint(
                *("POST", "/v1/auth/connections/{provider}/start", "startConnecting"),
                *("Begin to connect a provider.", self.start_connecting, _ROAD),
                tag="auth",
                description="Open `authorization_url` in this browser."
                + _GOING
                + "/connect. Then ask connectProvider, in the session that began it.",
                refusals=("ACCOUNT_NOT_FOUND", "CROSS_SITE", "PROVIDER_AWAY", "PROVIDER_UNKNOWN"),
            ),
            Endpoint(
                *("POST", "/v1/auth/connections", "connectProvider", "Connect who came back.", self.connect),
                (Answer(200, "The connection.", "Connection"),),
                tag="auth",
                description="By the cookie of startConnecting, once. One account of each provider can be connected, and"
                " each to one account here.",
                refusals=(
                    *("ACCOUNT_NOT_FOUND", "IDENTITY_TAKEN"),
                    *("PROVIDER_CONNECTED", "PROVIDER_SIGN_IN_SPENT", "PROVIDER_UNKNOWN"),
                ),
            ),
            Endpoint(
                *("DELETE", "/v1/auth/connections/{provider}", "disconnectProvider"),
                *("Take a provider away.", self.disconnect, (Answer(204, "It signs you in no more."),)),
                tag="auth",
                description="Sessions that are open go on. The last way in stays.",
                refusals=("CONNECTION_NOT_FOUND", "LAST_WAY_IN"),
            ),
        ]

    async def list(self, _: Call) -> Response:
        """All that are set up."""
        answer = await ask(self._providers.ListProviders, pb.ListProvidersRequest())
        return json_answer({"providers": [_provider_json(each) for each in answer.providers]})

    async def start(self, call: Call) -> Response:
        """Where to sign in."""
        # Otherwise another site could have its visitors go the way to a sign-in that they did not begin.
        require_same_origin(call.request)
        again = (await call.body()).get("again", False)
        request = pb.StartProviderSignInRequest(provider=call.path["provider"], again=again)
        return self._going(call, (await ask(self._providers.StartProviderSignIn, request)).road)

    async def start_connecting(self, call: Call) -> Response:
        """Where to connect."""
        require_same_origin(call.request)
        request = pb.StartConnectingRequest(
            user_id=call.owner_id, session_id=call.session_id, provider=call.path["provider"]
        )
        return self._going(call, (await ask(self._providers.StartConnecting, request)).road)

    async def finish(self, call: Call) -> Response:
        """A session, or a question."""
        require_same_origin(call.request)
        body = await call.body()
        request = pb.FinishProviderSignInRequest(
            browser_secret=_secret(call),
            confirms_age=body.get("confirms_age", False),
            device=device(call),
        )
        answer = await ask(self._providers.FinishProviderSignIn, request)
        if answer.HasField("newcomer"):
            newcomer = answer.newcomer
            asked = {
                "confirmation": "age",
                "provider": _provider_json(newcomer.provider),
                "email": newcomer.email,
                "display_name": newcomer.display_name,
            }
            return json_answer(asked, 202)
        by_cookie = is_by_cookie(body)
        response = session_answer(self._admission, call, answer.account, answer.tokens, by_cookie=by_cookie, status=200)
        return self._arrived(call, response)

    async def connections(self, call: Call) -> Response:
        """All of a person's."""
        answer = await ask(self._providers.ListConnections, pb.ListConnectionsRequest(user_id=call.owner_id))
        return json_answer({"connections": [_connection_json(each) for each in answer.connections]})

    async def connect(self, call: Call) -> Response:
        """One more."""
        require_same_origin(call.request)
        request = pb.ConnectProviderRequest(
            user_id=call.owner_id,
            session_id=call.session_id,
            browser_secret=_secret(call),
            language=language(call),
        )
        answer = await ask(self._providers.ConnectProvider, request)
        return self._arrived(call, json_answer(_connection_json(answer.connection)))

    async def disconnect(self, call: Call) -> Response:
        """One less."""
        request = pb.RemoveConnectionRequest(
            user_id=call.owner_id, provider=call.path["provider"], language=language(call)
        )
        await ask(self._providers.RemoveConnection, request)
        return nothing()

    def _going(self, call: Call, road: pb.ProviderRoad) -> Response:
        life_s = cookie_life_s(road.expires_at) + _FINISH_S
        response = json_answer({"authorization_url": road.authorization_url})
        self._admission.set_cookies(response, call.request, {PROVIDER_COOKIE: (road.browser_secret, life_s)})
        return response

    def _arrived(self, call: Call, response: Response) -> Response:
        self._admission.set_cookies(response, call.request, {PROVIDER_COOKIE: ("", 0)})
        return response


def _secret(call: Call) -> str:
    return call.request.cookies.get(PROVIDER_COOKIE, "")


def _provider_json(provider: pb.SignInProvider) -> dict[str, object]:
    return {"provider": provider.provider, "kind": provider.kind, "name": provider.name}


def _connection_json(connection: pb.ProviderConnection) -> dict[str, object]:
    return {
        "provider": _provider_json(connection.provider),
        "connected_at": moment(connection.connected_at),
        "is_last_way_in": connection.is_last_way_in,
    }
