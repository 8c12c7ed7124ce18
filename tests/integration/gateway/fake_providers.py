"""Auth's providers, in memory: whoever asks came back already, by the secret GIVEN."""

from __future__ import annotations

import datetime
from typing import Any

import grpc

from stripsession.auth.v1 import provider_service_pb2 as pb
from stripsession.auth.v1 import provider_service_pb2_grpc
from tests.integration.gateway.fakes import FakeAuth, missing, refused

GIVEN = "a-secret-of-this-browser"
GOOGLE = pb.SignInProvider(provider="google", kind="google", name="Google")
ROAD = "https://accounts.example/authorize?state=1"


class FakeProviders(provider_service_pb2_grpc.ProviderServiceServicer):
    def __init__(self, auth: FakeAuth) -> None:
        self.answers: list[pb.ReceiveProviderAnswerRequest] = []
        self.refusal: tuple[grpc.StatusCode, str] | None = None
        self.is_connecting = False
        self.connected: set[str] = set()
        """Who has connected Google."""
        self.asked_anew: list[bool] = []
        self.told: list[str] = []
        """Languages of mails."""
        self._auth = auth

    async def ListProviders(self, request: Any, context: Any) -> pb.ListProvidersResponse:
        return pb.ListProvidersResponse(providers=[GOOGLE])

    async def StartProviderSignIn(self, request: Any, context: Any) -> pb.StartProviderSignInResponse:
        self.asked_anew.append(request.again)
        return pb.StartProviderSignInResponse(road=_road(request.provider))

    async def StartConnecting(self, request: Any, context: Any) -> pb.StartConnectingResponse:
        return pb.StartConnectingResponse(road=_road(request.provider))

    async def ReceiveProviderAnswer(self, request: Any, context: Any) -> pb.ReceiveProviderAnswerResponse:
        self.answers.append(request)
        if self.refusal is not None:
            raise refused(*self.refusal)
        return pb.ReceiveProviderAnswerResponse(is_connecting=self.is_connecting)

    async def FinishProviderSignIn(self, request: Any, context: Any) -> pb.FinishProviderSignInResponse:
        _check(request.browser_secret)
        if not request.confirms_age:
            newcomer = pb.ProviderNewcomer(provider=GOOGLE, email="ada@example.org", display_name="Ada")
            return pb.FinishProviderSignInResponse(newcomer=newcomer)
        account = self._auth.add("ada@example.org")
        return pb.FinishProviderSignInResponse(account=account, tokens=self._auth.tokens(account.user_id))

    async def ConnectProvider(self, request: Any, context: Any) -> pb.ConnectProviderResponse:
        _check(request.browser_secret)
        self.connected.add(request.user_id)
        self.told.append(request.language)
        return pb.ConnectProviderResponse(connection=_connection())

    async def ListConnections(self, request: Any, context: Any) -> pb.ListConnectionsResponse:
        is_there = request.user_id in self.connected
        return pb.ListConnectionsResponse(connections=[_connection()] if is_there else [])

    async def RemoveConnection(self, request: Any, context: Any) -> pb.RemoveConnectionResponse:
        if request.provider != "google" or request.user_id not in self.connected:
            raise missing("CONNECTION")
        self.connected.remove(request.user_id)
        self.told.append(request.language)
        return pb.RemoveConnectionResponse()


def _check(browser_secret: str) -> None:
    if browser_secret != GIVEN:
        raise refused(grpc.StatusCode.NOT_FOUND, "PROVIDER_SIGN_IN_SPENT", "Begin anew.")


def _road(provider: str) -> pb.ProviderRoad:
    if provider != "google":
        raise refused(grpc.StatusCode.NOT_FOUND, "PROVIDER_UNKNOWN", "There is no such way to sign in here.")
    road = pb.ProviderRoad(authorization_url=ROAD, browser_secret=GIVEN)
    road.expires_at.FromDatetime(datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=10))
    return road


def _connection() -> pb.ProviderConnection:
    connection = pb.ProviderConnection(provider=GOOGLE)
    connection.connected_at.FromDatetime(datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC))
    return connection
