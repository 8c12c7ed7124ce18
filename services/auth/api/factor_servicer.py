"""Second factors and proofs: map, call one verb, map."""

from __future__ import annotations

import logging

from chassis import logs
from services.auth.api.mapping import account_message, timestamp, tokens_message
from services.auth.api.passkey_servicer import warn_of_copy
from services.auth.api.sign_in_counting import counted
from services.auth.app.answer_challenge import answer_challenge
from services.auth.app.confirm_totp import confirm_totp
from services.auth.app.get_second_factor import get_second_factor
from services.auth.app.list_proofs import list_proofs
from services.auth.app.make_recovery_codes import make_recovery_codes
from services.auth.app.passkey_ports import Passkeys
from services.auth.app.ports import Ports
from services.auth.app.prove_passkey import step_up_by_passkey
from services.auth.app.provider_ports import Providers
from services.auth.app.remove_totp import remove_totp
from services.auth.app.start_totp import start_totp
from services.auth.app.step_up import step_up_by_code, step_up_by_password
from services.auth.domain.errors import PasskeyRefused, WrongPasskey
from services.auth.domain.session import AccessToken
from stripsession.auth.v1 import second_factor_service_pb2 as pb
from stripsession.auth.v1 import second_factor_service_pb2_grpc as pb_grpc

_log = logging.getLogger(__name__)


class SecondFactorServicer(pb_grpc.SecondFactorServiceServicer):
    """What the gateway asks on behalf of people."""

    def __init__(self, ports: Ports, passkeys: Passkeys, providers: Providers) -> None:
        """Callers are held by the contract's rules, not here."""
        self._ports = ports
        self._passkeys = passkeys
        self._providers = providers

    async def GetSecondFactor(self, request: pb.GetSecondFactorRequest, context: object) -> pb.GetSecondFactorResponse:
        """Whether a person has a second factor."""
        state = await get_second_factor(self._ports, request.user_id)
        return pb.GetSecondFactorResponse(
            set_at=timestamp(state.set_at) if state.set_at is not None else None,
            recovery_codes_left=state.recovery_codes_left,
            is_offered=state.is_offered,
        )

    async def StartTotp(self, request: pb.StartTotpRequest, context: object) -> pb.StartTotpResponse:
        """Makes a secret for an authenticator."""
        secret, uri, rows = await start_totp(self._ports, request.user_id)
        return pb.StartTotpResponse(secret=secret, uri=uri, qr_rows=rows)

    async def ConfirmTotp(self, request: pb.ConfirmTotpRequest, context: object) -> pb.ConfirmTotpResponse:
        """Sets the second factor."""
        codes = await confirm_totp(self._ports, request.user_id, request.code, request.language)
        logs.event(_log, logging.INFO, "second factor set", user_id=request.user_id)
        return pb.ConfirmTotpResponse(recovery_codes=codes)

    async def RemoveTotp(self, request: pb.RemoveTotpRequest, context: object) -> pb.RemoveTotpResponse:
        """Takes the second factor away."""
        await remove_totp(self._ports, request.user_id, request.language)
        logs.event(_log, logging.INFO, "second factor removed", user_id=request.user_id)
        return pb.RemoveTotpResponse()

    async def MakeRecoveryCodes(
        self, request: pb.MakeRecoveryCodesRequest, context: object
    ) -> pb.MakeRecoveryCodesResponse:
        """Makes ten recovery codes in place of all before."""
        codes = await make_recovery_codes(self._ports, request.user_id, request.language)
        logs.event(_log, logging.INFO, "recovery codes made anew", user_id=request.user_id)
        return pb.MakeRecoveryCodesResponse(recovery_codes=codes)

    async def AnswerChallenge(self, request: pb.AnswerChallengeRequest, context: object) -> pb.AnswerChallengeResponse:
        """Signs in with the challenge of a right password, and a code."""
        with counted():
            account, tokens = await answer_challenge(self._ports, request.challenge, request.code, request.language)
        return pb.AnswerChallengeResponse(account=account_message(account), tokens=tokens_message(tokens))

    async def ListProofs(self, request: pb.ListProofsRequest, context: object) -> pb.ListProofsResponse:
        """How a person can show who they are."""
        methods = await list_proofs(self._ports, self._providers, request.user_id)
        return pb.ListProofsResponse(methods=methods)

    async def StepUp(self, request: pb.StepUpRequest, context: object) -> pb.StepUpResponse:
        """Takes a proof for a session."""
        person = (request.user_id, request.session_id)
        if request.credential_json:
            token = await self._by_passkey(request)
        elif request.code:
            token = await step_up_by_code(self._ports, *person, request.code, request.language)
        else:
            token = await step_up_by_password(self._ports, *person, request.password)
        return pb.StepUpResponse(access_token=token.text, access_expires_at=timestamp(token.expires_at))

    async def _by_passkey(self, request: pb.StepUpRequest) -> AccessToken:
        asked = (request.user_id, request.session_id, request.credential_json, request.language)
        try:
            return await step_up_by_passkey(self._passkeys, *asked)
        except PasskeyRefused as error:
            warn_of_copy(error)
            # At the door the same refusal is of somebody unknown; here whoever is signed in stays so.
            raise WrongPasskey from error
