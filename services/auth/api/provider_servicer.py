"""What the gateway asks about providers: map, call one verb, map."""

from __future__ import annotations

import logging

from chassis import logs, metrics
from services.auth.api.mapping import account_message, timestamp, tokens_message
from services.auth.app.connections import Connected, connect_provider, list_connections, remove_connection
from services.auth.app.finish_provider_sign_in import Newcomer, finish_provider_sign_in
from services.auth.app.ports import Ports
from services.auth.app.provider_ports import Providers
from services.auth.app.receive_provider_answer import ProviderAnswer, receive_provider_answer
from services.auth.app.start_provider_sign_in import Road, start_provider_sign_in
from services.auth.domain.provider import Provider
from services.auth.domain.provider_errors import ProviderAnswerRefused
from services.auth.domain.provider_sign_in import Connecting
from stripsession.auth.v1 import provider_service_pb2 as pb
from stripsession.auth.v1 import provider_service_pb2_grpc

_log = logging.getLogger(__name__)


class ProviderServicer(provider_service_pb2_grpc.ProviderServiceServicer):
    """Signing in by providers, and connecting them."""

    def __init__(self, ports: Ports, providers: Providers) -> None:
        """Callers are held by the contract, not here."""
        self._ports = ports
        self._providers = providers

    async def ListProviders(self, request: pb.ListProvidersRequest, context: object) -> pb.ListProvidersResponse:
        """Those that are set up."""
        offered = self._providers.offered.values()
        return pb.ListProvidersResponse(providers=[_provider(each.provider) for each in offered])

    async def StartProviderSignIn(
        self, request: pb.StartProviderSignInRequest, context: object
    ) -> pb.StartProviderSignInResponse:
        """Begins."""
        road = await start_provider_sign_in(self._ports, self._providers, request.provider, again=request.again)
        return pb.StartProviderSignInResponse(road=_road(road))

    async def StartConnecting(self, request: pb.StartConnectingRequest, context: object) -> pb.StartConnectingResponse:
        """Begins for an account."""
        connecting = Connecting(request.user_id, request.session_id)
        road = await start_provider_sign_in(self._ports, self._providers, request.provider, connecting)
        return pb.StartConnectingResponse(road=_road(road))

    async def ReceiveProviderAnswer(
        self, request: pb.ReceiveProviderAnswerRequest, context: object
    ) -> pb.ReceiveProviderAnswerResponse:
        """Takes what the provider sent the browser back with."""
        answer = ProviderAnswer(
            provider=request.provider,
            browser_secret=request.browser_secret,
            state=request.state,
            code=request.code,
            error=request.error,
            issuer=request.issuer,
        )
        try:
            sign_in = await receive_provider_answer(self._ports, self._providers, answer)
        except ProviderAnswerRefused as error:
            logs.event(_log, logging.WARNING, "provider's answer refused", provider=request.provider, reason=error.why)
            raise
        return pb.ReceiveProviderAnswerResponse(is_connecting=sign_in.connecting is not None)

    async def FinishProviderSignIn(
        self, request: pb.FinishProviderSignInRequest, context: object
    ) -> pb.FinishProviderSignInResponse:
        """A session, or who is new."""
        found = await finish_provider_sign_in(
            self._ports,
            self._providers,
            request.browser_secret,
            confirms_age=request.confirms_age,
            device=request.device,
        )
        if isinstance(found, Newcomer):
            told = found.told
            newcomer = pb.ProviderNewcomer(
                provider=_provider(found.provider), email=told.email.typed, display_name=told.display_name
            )
            return pb.FinishProviderSignInResponse(newcomer=newcomer)
        metrics.SIGN_INS.labels("signed_in").inc()
        if found.is_made:
            logs.event(_log, logging.INFO, "account created", user_id=found.account.user_id)
        return pb.FinishProviderSignInResponse(
            account=account_message(found.account), tokens=tokens_message(found.tokens), is_made=found.is_made
        )

    async def ConnectProvider(self, request: pb.ConnectProviderRequest, context: object) -> pb.ConnectProviderResponse:
        """One more way in."""
        connecting = Connecting(request.user_id, request.session_id)
        secret, language = request.browser_secret, request.language
        connected = await connect_provider(self._ports, self._providers, connecting, secret, language=language)
        provider = connected.provider.provider
        logs.event(_log, logging.INFO, "provider connected", user_id=request.user_id, provider=provider)
        return pb.ConnectProviderResponse(connection=_connection(connected))

    async def ListConnections(self, request: pb.ListConnectionsRequest, context: object) -> pb.ListConnectionsResponse:
        """A person's."""
        found = await list_connections(self._ports, self._providers, request.user_id)
        return pb.ListConnectionsResponse(connections=[_connection(each) for each in found])

    async def RemoveConnection(
        self, request: pb.RemoveConnectionRequest, context: object
    ) -> pb.RemoveConnectionResponse:
        """One less."""
        await remove_connection(
            self._ports, self._providers, request.user_id, request.provider, language=request.language
        )
        logs.event(_log, logging.INFO, "provider disconnected", user_id=request.user_id, provider=request.provider)
        return pb.RemoveConnectionResponse()


def _provider(provider: Provider) -> pb.SignInProvider:
    return pb.SignInProvider(provider=provider.provider, kind=provider.kind, name=provider.name)


def _road(road: Road) -> pb.ProviderRoad:
    return pb.ProviderRoad(
        authorization_url=road.authorization_url,
        browser_secret=road.browser_secret,
        expires_at=timestamp(road.expires_at),
    )


def _connection(connected: Connected) -> pb.ProviderConnection:
    return pb.ProviderConnection(
        provider=_provider(connected.provider),
        connected_at=timestamp(connected.connected_at),
        is_last_way_in=connected.is_last_way_in,
    )
