"""What an API key has to be for, operation by operation: one table, so that what keys can do is read in one place."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from services.gateway.api.problems import Problem, Refused
from services.gateway.api.schema import Text
from services.gateway.domain.identity import Identity


class Scope(enum.Enum):
    """What a key can be for; `auth` has the same words."""

    TRACKS_READ = "tracks:read"
    TRACKS_WRITE = "tracks:write"
    DOWNLOADS = "downloads"
    SHARES = "shares"
    BILLING_READ = "billing:read"
    SESSION = ""
    """No key, whatever it is for: what concerns the account itself takes a person who signed in."""


SCOPE_WORDS = tuple(scope.value for scope in Scope if scope is not Scope.SESSION)
SCOPE_TEXT = Text(
    "scope",
    "tracks:read: read tracks, follow them, and read receipts; tracks:write: upload, make, change and delete tracks;"
    " downloads: stems, mixes and segments, that is sound; shares: links for others; billing:read: plans, prices,"
    " usage and the ledger of minutes.",
    options=SCOPE_WORDS,
    shared="ApiKeyScope",
)

SCOPES: Mapping[str, Scope] = {
    # Whoever may add to the account's ways in, or change who it is, could stay after a key was revoked.
    "answerDeviceSignIn": Scope.SESSION,
    "createApiKey": Scope.SESSION,
    "createPasskey": Scope.SESSION,
    "describeDeviceSignIn": Scope.SESSION,
    "confirmSecondFactor": Scope.SESSION,
    "getSecondFactor": Scope.SESSION,
    "makeRecoveryCodes": Scope.SESSION,
    "removeSecondFactor": Scope.SESSION,
    "requestEmailChange": Scope.SESSION,
    "startSecondFactor": Scope.SESSION,
    "stepUp": Scope.SESSION,
    "getAccount": Scope.SESSION,
    "listApiKeys": Scope.SESSION,
    "listPasskeys": Scope.SESSION,
    "removePasskey": Scope.SESSION,
    "renamePasskey": Scope.SESSION,
    "startPasskey": Scope.SESSION,
    "startPasskeyProof": Scope.SESSION,
    # How many sessions, keys and cards somebody has is no program's matter.
    "getCensus": Scope.SESSION,
    # Nobody accepts in a person's place.
    "acceptPolicy": Scope.SESSION,
    "getPolicyAcceptance": Scope.SESSION,
    "notePolicyNotice": Scope.SESSION,
    "beginExport": Scope.SESSION,
    "downloadExport": Scope.SESSION,
    "listExports": Scope.SESSION,
    # What somebody writes to us, and what they are answered, is no program's matter either.
    "listPrivacyRequests": Scope.SESSION,
    "sendPrivacyRequest": Scope.SESSION,
    # Its links lead to pages of the payment provider, which know name and address.
    "listInvoices": Scope.SESSION,
    "revokeApiKey": Scope.SESSION,
    "updateAccount": Scope.SESSION,
    # A program cannot say how old somebody is.
    "confirmAge": Scope.SESSION,
    "askClosing": Scope.SESSION,
    "getClosing": Scope.SESSION,
    "withdrawClosing": Scope.SESSION,
    "cancelSubscription": Scope.SESSION,
    "changePlan": Scope.SESSION,
    "openPortal": Scope.SESSION,
    "resumeSubscription": Scope.SESSION,
    "startCheckout": Scope.SESSION,
    "changePassword": Scope.SESSION,
    "endOtherSessions": Scope.SESSION,
    "endSession": Scope.SESSION,
    "listSessions": Scope.SESSION,
    "connectProvider": Scope.SESSION,
    "disconnectProvider": Scope.SESSION,
    "listConnections": Scope.SESSION,
    "startConnecting": Scope.SESSION,
    "requestVerification": Scope.SESSION,
    # An endpoint that a key made would hear of tracks after the key was revoked; and where it is may be a secret.
    "createWebhookEndpoint": Scope.SESSION,
    "deleteWebhookEndpoint": Scope.SESSION,
    "listWebhookDeliveries": Scope.SESSION,
    "listWebhookEndpoints": Scope.SESSION,
    "replayWebhookDelivery": Scope.SESSION,
    "rotateWebhookSecret": Scope.SESSION,
    "testWebhookEndpoint": Scope.SESSION,
    "updateWebhookEndpoint": Scope.SESSION,
    "appendUpload": Scope.TRACKS_WRITE,
    "cancelTrack": Scope.TRACKS_WRITE,
    "createTrack": Scope.TRACKS_WRITE,
    "createUpload": Scope.TRACKS_WRITE,
    "deleteTrack": Scope.TRACKS_WRITE,
    "deleteUpload": Scope.TRACKS_WRITE,
    "removeCover": Scope.TRACKS_WRITE,
    "setCover": Scope.TRACKS_WRITE,
    "getUpload": Scope.TRACKS_WRITE,
    "retryTrack": Scope.TRACKS_WRITE,
    "updateTrack": Scope.TRACKS_WRITE,
    "getCover": Scope.TRACKS_READ,
    "getManifest": Scope.TRACKS_READ,
    "getReceipt": Scope.TRACKS_READ,
    "getTrack": Scope.TRACKS_READ,
    "listErasures": Scope.TRACKS_READ,
    "listModels": Scope.TRACKS_READ,
    "listProgress": Scope.TRACKS_READ,
    "listReceipts": Scope.TRACKS_READ,
    "listTags": Scope.TRACKS_READ,
    "listTracks": Scope.TRACKS_READ,
    "watchTrack": Scope.TRACKS_READ,
    # Whatever gives sound, a few seconds of it too.
    "createMix": Scope.DOWNLOADS,
    "downloadAll": Scope.DOWNLOADS,
    "downloadMix": Scope.DOWNLOADS,
    "downloadStem": Scope.DOWNLOADS,
    "getSegment": Scope.DOWNLOADS,
    # A link gives a song to strangers.
    "createShare": Scope.SHARES,
    "listShares": Scope.SHARES,
    "revokeShare": Scope.SHARES,
    "getUsage": Scope.BILLING_READ,
    "getPayments": Scope.BILLING_READ,
    "listLedgerEntries": Scope.BILLING_READ,
    "listPlans": Scope.BILLING_READ,
    "listPrices": Scope.BILLING_READ,
}
"""Name of an operation that asks who is calling -> what a key has to be for. What stands not here takes no key."""


def scope_of(operation: str) -> Scope:
    """What a key has to be for; SESSION for an operation that nobody thought of."""
    return SCOPES.get(operation, Scope.SESSION)


def require_scope(operation: str, caller: Identity) -> None:
    """A session may do all, a key what it is for. Raises Refused."""
    if not caller.key_id:
        return
    scope = scope_of(operation)
    if scope is Scope.SESSION:
        raise Refused(
            Problem(
                403,
                "SESSION_REQUIRED",
                "An API key cannot do this, whatever it is for.",
                "Sign in, and send the session's access token instead.",
            )
        )
    if scope.value not in caller.scopes:
        # RFC 6750, 3.1.
        challenge = f'Bearer realm="stripsession", error="insufficient_scope", scope="{scope.value}"'
        raise Refused(
            Problem(
                403,
                "SCOPE_MISSING",
                f"This API key is not for {scope.value}.",
                f"Make a key with the scope {scope.value}, in your account, and use that.",
                headers={"WWW-Authenticate": challenge},
                facts={"scope": scope.value},
            )
        )
