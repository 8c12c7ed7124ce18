"""PasskeyService: map, call one verb, map."""

from __future__ import annotations

import logging

from chassis import logs, metrics
from services.auth.api.mapping import account_message, timestamp, tokens_message
from services.auth.app.add_passkey import add_passkey
from services.auth.app.begin_passkey import begin_passkey
from services.auth.app.list_passkeys import list_passkeys
from services.auth.app.passkey_ports import Passkeys
from services.auth.app.prove_passkey import begin_passkey_proof
from services.auth.app.provider_ports import Providers
from services.auth.app.remove_passkey import remove_passkey
from services.auth.app.rename_passkey import rename_passkey
from services.auth.app.sign_in_with_passkey import begin_passkey_sign_in, sign_in_with_passkey
from services.auth.domain.errors import PasskeyCopied, PasskeyRefused
from services.auth.domain.passkey import Passkey
from stripsession.auth.v1 import passkey_service_pb2 as pb
from stripsession.auth.v1 import passkey_service_pb2_grpc

_log = logging.getLogger(__name__)


class PasskeyServicer(passkey_service_pb2_grpc.PasskeyServiceServicer):
    """What the gateway asks about passkeys."""

    def __init__(self, passkeys: Passkeys, providers: Providers) -> None:
        """Callers are held by the contract, not here."""
        self._passkeys = passkeys
        self._providers = providers

    async def BeginPasskey(self, request: pb.BeginPasskeyRequest, context: object) -> pb.BeginPasskeyResponse:
        """Asks a browser for a new passkey."""
        return pb.BeginPasskeyResponse(options_json=await begin_passkey(self._passkeys, request.user_id))

    async def CreatePasskey(self, request: pb.CreatePasskeyRequest, context: object) -> pb.CreatePasskeyResponse:
        """Takes what the browser made."""
        passkey = await add_passkey(
            self._passkeys, request.user_id, request.name, request.credential_json, request.language
        )
        logs.event(_log, logging.INFO, "passkey added", user_id=passkey.user_id, passkey_id=passkey.passkey_id)
        return pb.CreatePasskeyResponse(passkey=_message(passkey))

    async def ListPasskeys(self, request: pb.ListPasskeysRequest, context: object) -> pb.ListPasskeysResponse:
        """A person's passkeys."""
        passkeys, is_offered = await list_passkeys(self._passkeys, request.user_id)
        return pb.ListPasskeysResponse(passkeys=[_message(each) for each in passkeys], is_offered=is_offered)

    async def RenamePasskey(self, request: pb.RenamePasskeyRequest, context: object) -> pb.RenamePasskeyResponse:
        """Changes what its owner calls it."""
        passkey = await rename_passkey(self._passkeys, request.user_id, request.passkey_id, request.name)
        return pb.RenamePasskeyResponse(passkey=_message(passkey))

    async def RemovePasskey(self, request: pb.RemovePasskeyRequest, context: object) -> pb.RemovePasskeyResponse:
        """It opens nothing from now on."""
        await remove_passkey(self._passkeys, self._providers, request.user_id, request.passkey_id, request.language)
        logs.event(_log, logging.INFO, "passkey removed", user_id=request.user_id, passkey_id=request.passkey_id)
        return pb.RemovePasskeyResponse()

    async def BeginPasskeySignIn(
        self, request: pb.BeginPasskeySignInRequest, context: object
    ) -> pb.BeginPasskeySignInResponse:
        """Asks a browser for any passkey of ours."""
        return pb.BeginPasskeySignInResponse(options_json=await begin_passkey_sign_in(self._passkeys))

    async def SignInWithPasskey(
        self, request: pb.SignInWithPasskeyRequest, context: object
    ) -> pb.SignInWithPasskeyResponse:
        """A session for what the browser answered."""
        result = "failed"
        try:
            account, tokens = await sign_in_with_passkey(
                self._passkeys, request.credential_json, request.device, request.language
            )
            result = "signed_in"
        except PasskeyRefused as error:
            result = "passkey_refused"
            warn_of_copy(error)
            raise
        finally:
            metrics.SIGN_INS.labels(result).inc()
        return pb.SignInWithPasskeyResponse(account=account_message(account), tokens=tokens_message(tokens))

    async def BeginPasskeyProof(
        self, request: pb.BeginPasskeyProofRequest, context: object
    ) -> pb.BeginPasskeyProofResponse:
        """Asks a browser for a passkey of this person."""
        return pb.BeginPasskeyProofResponse(options_json=await begin_passkey_proof(self._passkeys, request.user_id))


def warn_of_copy(error: PasskeyRefused) -> None:
    """Log a refusal of a passkey that there seem to be two of; of others there is nothing to say."""
    if isinstance(error, PasskeyCopied):
        logs.event(
            _log,
            logging.WARNING,
            "a passkey told of fewer uses than before; it was refused",
            user_id=error.user_id,
            passkey_id=error.passkey_id,
        )


def _message(passkey: Passkey) -> pb.Passkey:
    message = pb.Passkey(passkey_id=passkey.passkey_id, name=passkey.name, created_at=timestamp(passkey.created_at))
    if passkey.last_used_at is not None:
        message.last_used_at.CopyFrom(timestamp(passkey.last_used_at))
    return message
