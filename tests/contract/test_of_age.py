"""Which operations ask whether somebody confirmed their age was thought of for each."""

from __future__ import annotations

from services.gateway.api.of_age import OF_AGE
from tests.contract.openapi_document import operations

_ENDS = "what is there can be taken away"
_SIGN_IN = "an account's door is kept whoever it is of"
_OPENED = "it goes on with what an operation of the table let begin"
_TOLD = "it tells of tracks, and takes in none"
_THERE = "of a song that is there"

# What changes something and asks nobody's age, and why.
WITHOUT_AGE = {
    "acceptPolicy": "what they were told and agree to is theirs to say, and takes in nothing",
    "appendUpload": _OPENED,
    "answerDeviceSignIn": _SIGN_IN,
    "askClosing": "whoever is younger goes by it",
    "beginExport": "what is there can be taken along",
    "cancelSubscription": _ENDS,
    "cancelTrack": _ENDS,
    "changePassword": _SIGN_IN,
    "confirmAge": "it is the confirmation",
    "confirmSecondFactor": _SIGN_IN,
    "connectProvider": _SIGN_IN,
    "createApiKey": "a key may no more than its person",
    "createMix": _THERE,
    "createPasskey": _SIGN_IN,
    "createWebhookEndpoint": _TOLD,
    "deleteTrack": _ENDS,
    "deleteUpload": _ENDS,
    "deleteWebhookEndpoint": _ENDS,
    "describeDeviceSignIn": _SIGN_IN,
    "disconnectProvider": _SIGN_IN,
    "endOtherSessions": _ENDS,
    "endSession": _ENDS,
    "getUpload": "it only tells",
    "makeRecoveryCodes": _SIGN_IN,
    "notePolicyNotice": "it puts a notice away",
    "openPortal": "it shows what was paid, and cancels",
    "removeCover": _ENDS,
    "removePasskey": _SIGN_IN,
    "removeSecondFactor": _SIGN_IN,
    "renamePasskey": _SIGN_IN,
    "replayWebhookDelivery": _TOLD,
    "requestEmailChange": _SIGN_IN,
    "requestVerification": _SIGN_IN,
    "resumeSubscription": "it takes back a cancelling, and buys nothing",
    "retryTrack": _THERE,
    "revokeApiKey": _ENDS,
    "revokeShare": _ENDS,
    "rotateWebhookSecret": _TOLD,
    "sendPrivacyRequest": "whoever is younger has rights, too",
    "startConnecting": _SIGN_IN,
    "startPasskey": _SIGN_IN,
    "startPasskeyProof": _SIGN_IN,
    "startSecondFactor": _SIGN_IN,
    "stepUp": _SIGN_IN,
    "testWebhookEndpoint": _TOLD,
    "updateAccount": "a right of everybody's",
    "updateTrack": _THERE,
    "updateWebhookEndpoint": _TOLD,
    "withdrawClosing": "whoever is asked anew answers then",
}


def test_what_a_child_may_do_was_thought_of() -> None:
    """Every operation that changes something of a person's asks their age, or says why it needs none."""
    writing = {
        operation["operationId"]
        for method, _, operation in operations()
        if method.upper() != "GET" and {"bearer": []} in operation["security"]
    }
    assert writing - OF_AGE == set(WITHOUT_AGE)
    assert writing >= OF_AGE
