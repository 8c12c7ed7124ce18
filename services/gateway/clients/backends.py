"""Channels to every service, and which of their calls may be made twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from chassis.identity import Certificates
from chassis.rpc.client import Channel

_AUTH = "stripsession.auth.v1.AuthService"
_FEDERATION = "stripsession.auth.v1.FederationService"
_SECURITY = "stripsession.auth.v1.AccountSecurityService"
_KEYS = "stripsession.auth.v1.ApiKeyService"
_DEVICES = "stripsession.auth.v1.DeviceService"
_PASSKEYS = "stripsession.auth.v1.PasskeyService"
_PROVIDERS = "stripsession.auth.v1.ProviderService"
_ACCEPTANCES = "stripsession.auth.v1.PolicyAcceptanceService"
_FACTORS = "stripsession.auth.v1.SecondFactorService"
_LIBRARY = "stripsession.library.v1.LibraryService"
_COVERS = "stripsession.library.v1.CoverService"
_LISTING = "stripsession.library.v1.ListingService"
_SHARES = "stripsession.library.v1.ShareService"
_WEBHOOKS = "stripsession.library.v1.WebhookService"
_JOBS = "stripsession.separation.v1.JobReadingService"
_BILLING = "stripsession.billing.v1.BillingService"
_RETENTION = "stripsession.retention.v1.RetentionService"
_POLICY = "stripsession.retention.v1.PolicyService"
_CENSUS = "stripsession.retention.v1.CensusService"
_EXPORTS = "stripsession.retention.v1.ExportService"
_CLOSINGS = "stripsession.retention.v1.ClosingService"
_PROMISES = "stripsession.retention.v1.PromiseService"
_REQUESTS = "stripsession.retention.v1.PrivacyRequestService"
_RECEIPTS = "stripsession.retention.v1.ReceiptService"

# A refresh token is single-use: sent twice it would end its own session. New accounts, keys, uploads and links would
# be made twice.
_IDEMPOTENT = {
    "auth": [f"{_AUTH}/{name}" for name in ("GetKeySet", "GetAccount", "ConfirmAge", "UpdateAccount", "SignOut")]
    + [f"{_FEDERATION}/{name}" for name in ("ListSessionIssuers", "ResolveIdentity", "ReceiveClerkWebhook")]
    + [
        f"{_SECURITY}/{name}"
        for name in ("ListSessions", "EndOtherSessions", "ListEndedSessions", "DescribeMailedLink")
    ]
    + [f"{_KEYS}/{name}" for name in ("ListApiKeys", "RevokeApiKey", "VerifyApiKey")]
    + [f"{_DEVICES}/DescribeDeviceSignIn"]
    + [f"{_PASSKEYS}/{name}" for name in ("BeginPasskey", "ListPasskeys", "RenamePasskey")]
    + [f"{_PASSKEYS}/{name}" for name in ("BeginPasskeySignIn", "BeginPasskeyProof")]
    + [f"{_PROVIDERS}/{name}" for name in ("ListProviders", "ListConnections")]
    + [f"{_ACCEPTANCES}/{name}" for name in ("GetPolicyAcceptance", "AcceptPolicy", "NotePolicyNotice")]
    + [f"{_FACTORS}/{name}" for name in ("GetSecondFactor", "ListProofs")],
    "library": [
        f"{_LIBRARY}/{name}"
        for name in (
            "GetUpload",
            "DeleteUpload",
            "CreateTrack",
            "GetTrack",
            "ListTracks",
            "UpdateTrack",
            "DeleteTrack",
            "CancelTrack",
            "GetManifest",
            "ReadSegment",
            "GetCover",
            "DescribeDownload",
            "ReadDownload",
        )
    ]
    + [f"{_COVERS}/{name}" for name in ("SetCover", "RemoveCover")]
    + [f"{_LISTING}/{name}" for name in ("GetTracks", "ListTags")]
    + [f"{_SHARES}/{name}" for name in ("ListShares", "RevokeShare", "OpenShare")]
    + [f"{_WEBHOOKS}/{name}" for name in ("ListWebhookEndpoints", "UpdateWebhookEndpoint", "ListWebhookDeliveries")],
    "separation": [f"{_JOBS}/{name}" for name in ("GetJobOfTrack", "ListJobsOfTracks", "ListModels")],
    "billing": [f"{_BILLING}/{name}" for name in ("ListPlans", "GetUsage", "ListLedgerEntries")],
    "retention": [f"{_RETENTION}/{name}" for name in ("ListErasures", "ListReceipts")]
    + [f"{_POLICY}/GetPolicy", f"{_PROMISES}/ListPromises", f"{_CENSUS}/GetCensus"]
    # Asking makes a token each time, of which the last alone counts.
    + [f"{_CLOSINGS}/{name}" for name in ("GetClosing", "WithdrawClosing", "FollowClosing")]
    + [f"{_EXPORTS}/{name}" for name in ("BeginExport", "GetExport", "ListExports", "ReadArchive")]
    # A stranger's that was lost may be sent twice; nobody sends it for them.
    + [f"{_REQUESTS}/{name}" for name in ("ListRequests", "FollowRequest")]
    + [f"{_RECEIPTS}/{name}" for name in ("GetReceipt", "GetReceiptChain", "GetReceiptKeys")],
}


@dataclasses.dataclass(frozen=True)
class Addresses:
    """Where each service listens, host:port."""

    auth: str
    library: str
    separation: str
    billing: str
    retention: str


class Backends:
    """One channel to each service, kept for the life of the process."""

    def __init__(self, addresses: Addresses, certificates: Certificates) -> None:
        """The certificate is the gateway's."""

        def channel(service: str, address: str) -> Channel:
            return Channel(service, address, certificates, idempotent=_IDEMPOTENT[service])

        self.auth = channel("auth", addresses.auth)
        self.library = channel("library", addresses.library)
        self.separation = channel("separation", addresses.separation)
        self.billing = channel("billing", addresses.billing)
        self.retention = channel("retention", addresses.retention)

    @property
    def parts(self) -> Sequence[Channel]:
        """Every channel, as parts of the process."""
        return (self.auth, self.library, self.separation, self.billing, self.retention)
