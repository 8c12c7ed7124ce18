"""Passkeys as WebAuthn has them, read by py_webauthn."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

import webauthn
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.auth.app.passkey_ports import AnswerRefused, Claim, NewCredential, Person
from services.auth.domain.passkey import CREDENTIAL_ID_BYTES_MAX, QUESTION_LIFE, Passkey
from services.auth.domain.relying_party import RelyingParty

TITLE = "StripSession"
_TIMEOUT_MS = int(QUESTION_LIFE.total_seconds() * 1000)
_ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    # Of Windows Hello, which has no other everywhere.
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_TRANSPORTS = frozenset(each.value for each in AuthenticatorTransport)
_Read = TypeVar("_Read")


class WebauthnAnswers:
    """Passkeys of one relying party."""

    def __init__(self, party: RelyingParty) -> None:
        """Passkeys are bound to its name, and answers come from its origins."""
        self._party = party

    def creation_options(self, person: Person, challenge: bytes, known: Sequence[Passkey]) -> str:
        """What to ask a browser for a new passkey, as JSON; of an authenticator with one of `known` it makes none."""
        options = webauthn.generate_registration_options(
            rp_id=self._party.name,
            rp_name=TITLE,
            user_id=person.handle,
            user_name=person.account_name,
            user_display_name=person.display_name,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            # Which make a device is, is nobody's business here.
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                require_resident_key=True,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_descriptors(known),
            supported_pub_key_algs=_ALGORITHMS,
        )
        return webauthn.options_to_json(options)

    def request_options(self, challenge: bytes, known: Sequence[Passkey]) -> str:
        """What to ask a browser for one of `known`, or for any of ours where that is empty, as JSON."""
        options = webauthn.generate_authentication_options(
            rp_id=self._party.name,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            allow_credentials=_descriptors(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    def challenge_of(self, answer: str) -> bytes:
        """The question that a new passkey is said to answer. Raises AnswerRefused."""
        return _read(
            lambda: _client_data(parse_registration_credential_json(answer).response.client_data_json)
        ).challenge

    def made(self, answer: str, challenge: bytes) -> NewCredential:
        """A new passkey, for our name, by our page, with its holder verified. Raises AnswerRefused."""
        verified = _read(
            lambda: webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._party.name,
                expected_origin=list(self._party.origins),
                require_user_verification=True,
                supported_pub_key_algs=_ALGORITHMS,
            )
        )
        if not 0 < len(verified.credential_id) <= CREDENTIAL_ID_BYTES_MAX:
            raise AnswerRefused("credential's name too long")
        return NewCredential(
            verified.credential_id, verified.credential_public_key, verified.sign_count, _transports(answer)
        )

    def claim_of(self, answer: str) -> Claim:
        """What an answer says of itself. Raises AnswerRefused."""
        credential = _read(lambda: parse_authentication_credential_json(answer))
        told = _read(lambda: _client_data(credential.response.client_data_json))
        return Claim(told.challenge, credential.raw_id, credential.response.user_handle)

    def signed(self, answer: str, challenge: bytes, public_key: bytes) -> int:
        """The count of uses that this key signed, as above. Raises AnswerRefused."""
        verified = _read(
            lambda: webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._party.name,
                expected_origin=list(self._party.origins),
                credential_public_key=public_key,
                # The count is judged by whoever asks: here it would be judged before the signature, and told to its
                # owner for whatever a stranger makes up.
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        )
        return verified.new_sign_count


def _read(how: Callable[[], _Read]) -> _Read:
    try:
        return how()
    except Exception as error:  # a stranger's bytes: the library says only of some of them what is wrong
        raise AnswerRefused(type(error).__name__) from error


def _client_data(told: bytes) -> CollectedClientData:
    data = parse_client_data_json(told)
    if data.cross_origin:
        raise AnswerRefused("asked by a page within another site's")
    return data


def _descriptors(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=each.credential_id, transports=[AuthenticatorTransport(name) for name in each.transports]
        )
        for each in known
    ]


def _transports(answer: str) -> tuple[str, ...]:
    """Those that we know; a newer browser may have more, and what it says is believed of nothing."""
    said = json.loads(answer)["response"].get("transports")
    return tuple(name for name in sorted(_TRANSPORTS) if isinstance(said, list) and name in said)
