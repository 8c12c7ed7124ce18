"""What API keys can do: every operation says what a key has to be for, and there are no other words."""

from __future__ import annotations

import datetime

import pytest

from services.auth.domain import api_key as of_auth
from services.gateway.api.admission import API_KEY_PREFIX
from services.gateway.api.problems import Refused
from services.gateway.api.scopes import SCOPE_WORDS, SCOPES, Scope, require_scope, scope_of
from services.gateway.api.step_up import STEP_UP
from services.gateway.domain.identity import Identity
from tests.contract.openapi_document import Json, document, operations
from tests.contract.test_limits import member

# What a session does without a fresh proof, and why nobody who found one gets to stay, or keeps its owner out, by it.
WITHOUT_PROOF = {
    "acceptPolicy": "it opens nothing, and nothing waits for it",
    "cancelSubscription": "it is resumed by a word until the paid time is over",
    "changePlan": "what it costs is paid for this account, and it is changed back",
    "confirmAge": "it opens nothing of anybody else's, and is said once",
    "confirmSecondFactor": "it takes the secret that startSecondFactor gave, for a proof",
    "connectProvider": "it takes what startConnecting gave this session, for a proof",
    "createPasskey": "it takes the question that startPasskey gave, for a proof",
    "deleteWebhookEndpoint": "it tells nobody more, and whoever fears a thief must not be held up",
    "describeDeviceSignIn": "it only tells; answerDeviceSignIn takes the proof",
    "endOtherSessions": "whoever fears a thief must not be held up",
    "endSession": "whoever fears a thief must not be held up",
    "notePolicyNotice": "it puts a notice away",
    "openPortal": "the payment provider's pages show nothing that can be taken over",
    "renamePasskey": "a name opens nothing",
    "replayWebhookDelivery": "it goes to an endpoint that was made for a proof",
    "requestVerification": "it writes to the account's own address",
    "resumeSubscription": "it is cancelled by a word",
    "revokeApiKey": "whoever fears a thief must not be held up",
    "sendPrivacyRequest": "somebody reads it before anything is done, and nobody is to be kept from their rights",
    "startCheckout": "the payment provider asks who pays",
    "startPasskeyProof": "it asks for the proof",
    "stepUp": "it is the proof",
    "testWebhookEndpoint": "it goes to an endpoint that was made for a proof",
    "updateAccount": "a name that is shown opens nothing",
    "withdrawClosing": "it only keeps what is there, and whoever fears a thief must not be held up",
}
LATER = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
# What changes who may act for a person, or who the person is. Whoever takes a name away lets keys outlive their end.
NEVER_BY_KEY = {"createApiKey", "listApiKeys", "revokeApiKey", "getAccount", "updateAccount", "confirmAge"}
NEVER_BY_KEY |= {"createWebhookEndpoint", "updateWebhookEndpoint", "rotateWebhookSecret"}
NEVER_BY_KEY |= {"beginExport", "listExports", "downloadExport"}
NEVER_BY_KEY |= {"describeDeviceSignIn", "answerDeviceSignIn", "startPasskeyProof", "stepUp", *STEP_UP}


def by_name() -> dict[str, Json]:
    return {operation["operationId"]: operation for _, _, operation in operations()}


def test_every_operation_says_what_a_key_has_to_be_for() -> None:
    """An operation that asks who is calling declares its scope; one without is reachable by no key and fails here."""
    signed = {name for name, operation in by_name().items() if {"bearer": []} in operation["security"]}
    assert set(SCOPES) == signed
    assert scope_of("anythingNew") is Scope.SESSION


def test_the_account_is_out_of_reach() -> None:
    """No key makes keys, ends them, or changes the account, whatever it is for."""
    assert {name for name, scope in SCOPES.items() if scope is Scope.SESSION} >= NEVER_BY_KEY
    every = frozenset(SCOPE_WORDS)
    for name in NEVER_BY_KEY:
        with pytest.raises(Refused) as refused:
            require_scope(name, Identity("usr_1", "", LATER, "key_1", scopes=every))
        assert refused.value.problem.reason == "SESSION_REQUIRED"


def test_what_a_stolen_session_may_do_was_thought_of() -> None:
    """Every act that no key may do takes a fresh proof, or says why it needs none; nothing is named that is no such."""
    writing = {operation["operationId"] for method, _, operation in operations() if method.upper() != "GET"}
    acts = {name for name in writing if SCOPES.get(name) is Scope.SESSION}
    assert acts - STEP_UP == set(WITHOUT_PROOF)
    assert acts >= STEP_UP


def test_the_words_are_auths() -> None:
    """Gateway, document and auth have the same scopes, and each of them opens something."""
    assert SCOPE_WORDS == of_auth.SCOPES
    assert set(SCOPE_WORDS) == {scope.value for scope in SCOPES.values()} - {""}
    assert document()["components"]["schemas"]["ApiKeyScope"]["enum"] == list(of_auth.SCOPES)


def test_a_key_is_known_by_how_it_begins() -> None:
    """The gateway tells every key that auth makes from an access token."""
    assert of_auth.PREFIX.startswith(API_KEY_PREFIX)
    assert of_auth.new_key_secret().startswith(API_KEY_PREFIX)


def test_limits_are_auths() -> None:
    """The document tells auth's own limits of a key."""
    assert member("ApiKeyRequest", "expires_in_days")["maximum"] == of_auth.LIFE_DAYS_MAX
    told = by_name()["createApiKey"]["description"]
    assert f"At most {of_auth.KEYS_MAX} keys" in told
    assert str(of_auth.LIFE_DAYS_DEFAULT) in member("ApiKeyRequest", "expires_in_days")["description"]
