"""One request of every RPC, as the acting person would send it about somebody's belongings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from google.protobuf.message import Message

from stripsession.auth.v1 import account_closing_service_pb2 as closing
from stripsession.auth.v1 import account_security_service_pb2 as security
from stripsession.auth.v1 import api_key_service_pb2 as keys
from stripsession.auth.v1 import auth_service_pb2 as auth
from stripsession.auth.v1 import device_service_pb2 as devices
from stripsession.auth.v1 import email_change_service_pb2 as changes
from stripsession.auth.v1 import federation_service_pb2 as federation
from stripsession.auth.v1 import provider_service_pb2 as providers
from stripsession.auth.v1 import second_factor_service_pb2 as factors
from stripsession.billing.v1 import billing_service_pb2 as billing
from stripsession.billing.v1 import payment_service_pb2 as payments
from stripsession.library.v1 import cover_service_pb2 as covers
from stripsession.library.v1 import library_service_pb2 as library
from stripsession.library.v1 import listing_service_pb2 as listing
from stripsession.library.v1 import material_service_pb2 as material
from stripsession.library.v1 import report_pb2 as report
from stripsession.library.v1 import share_service_pb2 as shares
from stripsession.library.v1 import upload_holding_service_pb2 as holding
from stripsession.library.v1 import webhook_service_pb2 as webhooks
from stripsession.privacy.v1 import data_holder_service_pb2 as privacy
from stripsession.retention.v1 import policy_service_pb2 as policy
from stripsession.retention.v1 import retention_service_pb2 as retention
from stripsession.separation.v1 import separation_service_pb2 as separation
from tests.integration.walks import of_closing, of_passkey
from tests.integration.walks.auth_rows import PASSWORD
from tests.integration.walks.belongings import LENGTH, NOWHERE, Belongings, Secrets, State, append
from tests.integration.walks.of_issuer import Vouching
from tests.integration.walks.of_payments import signed_event
from tests.integration.walks.of_provider import PROVIDER
from tests.unit.library.pictures import png


@dataclasses.dataclass(frozen=True)
class Asked:
    """Who acts, on whose belongings, and what else a request needs."""

    actor: str
    things: Belongings
    secrets: Secrets
    unused_email: str
    segment: material.CommitSegmentRequest
    data: bytes
    vouching: Vouching
    """Another issuer, none of whose people is any of ours."""


Build = Callable[[Asked], Message | Sequence[Message]]


@dataclasses.dataclass(frozen=True)
class Example:
    """How a request is made, and how far the track must be for it to succeed."""

    build: Build
    state: State = State.UPLOADING
    chosen: frozenset[str] = frozenset()
    """Names that the caller picks for something new: one that nobody has is lawful, another's is not."""
    leaves_out: bool = False
    """Whether of several that are asked for those that are not, or are another's, are left out of the answer."""

    def requests(self, asked: Asked) -> Sequence[Message]:
        """The request, or the messages of its stream."""
        built = self.build(asked)
        return [built] if isinstance(built, Message) else built


def _spec(asked: Asked) -> library.DownloadSpec:
    return library.DownloadSpec(owner_id=asked.actor, track_id=asked.things.track_id, format="wav")


def _of_endpoint(kind: Callable[..., Message], **more: object) -> Example:
    return Example(lambda asked: kind(owner_id=asked.actor, endpoint_id=asked.things.endpoint_id, **more))


def _of_track(kind: Callable[..., Message], state: State = State.SEPARATING, **more: object) -> Example:
    return Example(lambda asked: kind(owner_id=asked.actor, track_id=asked.things.track_id, **more), state)


def _of_upload(kind: Callable[..., Message], state: State = State.UPLOADING) -> Example:
    return Example(lambda asked: kind(owner_id=asked.actor, upload_id=asked.things.upload_id), state)


def _of_person(kind: Callable[..., Message], **more: object) -> Example:
    return Example(lambda asked: kind(owner_id=asked.actor, **more))


def _of_account(kind: Callable[..., Message], **more: object) -> Example:
    return Example(lambda asked: kind(user_id=asked.actor, **more))


def _of_worker(kind: Callable[..., Message], state: State = State.OPENED, **more: object) -> Example:
    def build(asked: Asked) -> Message:
        return kind(track_id=asked.things.track_id, job_id=asked.things.job_id, **more)

    return Example(build, state)


def _segment(asked: Asked) -> Message:
    request = material.CommitSegmentRequest()
    request.CopyFrom(asked.segment)
    request.track_id, request.job_id = asked.things.track_id, asked.things.job_id
    return request


def _webhook(asked: Asked) -> Message:
    message, headers = asked.vouching.message(asked.unused_email)
    sent = {"message_id": headers["svix-id"], "timestamp": headers["svix-timestamp"]}
    return federation.ReceiveClerkWebhookRequest(body=message.body, signature=headers["svix-signature"], **sent)


def _of_issuer(asked: Asked) -> Message:
    person = asked.vouching.person(asked.unused_email)
    return federation.ResolveIdentityRequest(issuer=asked.vouching.issuer.options.address, subject=person.subject)


_AUTH: Mapping[str, Example] = {
    "AuthService.SignUp": Example(
        lambda asked: auth.SignUpRequest(email=asked.unused_email, password=PASSWORD, confirms_age=True)
    ),
    "AuthService.ConfirmSignUp": Example(
        lambda asked: auth.ConfirmSignUpRequest(code=asked.secrets.sign_up_code, password=PASSWORD)
    ),
    "AuthService.SignIn": Example(lambda asked: auth.SignInRequest(email=asked.secrets.email, password=PASSWORD)),
    "AuthService.RefreshSession": Example(
        lambda asked: auth.RefreshSessionRequest(refresh_token=asked.secrets.refresh_token)
    ),
    "AuthService.SignOut": Example(lambda asked: auth.SignOutRequest(refresh_token=asked.secrets.refresh_token)),
    "AuthService.RedeemSignInLink": Example(lambda asked: auth.RedeemSignInLinkRequest(code=asked.secrets.code)),
    "AuthService.GetKeySet": Example(lambda asked: auth.GetKeySetRequest()),
    "AuthService.GetAccount": _of_account(auth.GetAccountRequest),
    "AuthService.ConfirmAge": _of_account(auth.ConfirmAgeRequest, confirms_age=True),
    "AuthService.UpdateAccount": _of_account(auth.UpdateAccountRequest, display_name="Ada"),
    "FederationService.ListSessionIssuers": Example(lambda asked: federation.ListSessionIssuersRequest()),
    "FederationService.ResolveIdentity": Example(_of_issuer),
    "FederationService.ReceiveClerkWebhook": Example(_webhook),
    "AccountSecurityService.ListSessions": _of_account(security.ListSessionsRequest),
    "AccountSecurityService.EndSession": Example(
        lambda asked: security.EndSessionRequest(user_id=asked.actor, session_id=asked.things.session_id)
    ),
    "AccountSecurityService.EndOtherSessions": Example(
        lambda asked: security.EndOtherSessionsRequest(user_id=asked.actor, kept_session_id=asked.things.session_id)
    ),
    "AccountSecurityService.ChangePassword": Example(
        lambda asked: security.ChangePasswordRequest(
            user_id=asked.actor,
            session_id=asked.things.session_id,
            present_password=PASSWORD,
            new_password=PASSWORD,
        )
    ),
    "AccountSecurityService.RequestVerification": _of_account(security.RequestVerificationRequest),
    "AccountSecurityService.VerifyEmail": Example(
        lambda asked: security.VerifyEmailRequest(code=asked.secrets.verify_code)
    ),
    "AccountSecurityService.DescribeMailedLink": Example(
        lambda asked: security.DescribeMailedLinkRequest(code=asked.secrets.verify_code, act=security.MAILED_ACT_VERIFY)
    ),
    "AccountSecurityService.RequestPasswordReset": Example(
        lambda asked: security.RequestPasswordResetRequest(email=asked.secrets.email)
    ),
    "AccountSecurityService.ResetPassword": Example(
        lambda asked: security.ResetPasswordRequest(code=asked.secrets.reset_code, password=PASSWORD)
    ),
    "AccountSecurityService.ListEndedSessions": Example(lambda asked: security.ListEndedSessionsRequest()),
    "ApiKeyService.CreateApiKey": _of_account(keys.CreateApiKeyRequest, name="backup", scopes=["tracks:read"]),
    "ApiKeyService.ListApiKeys": _of_account(keys.ListApiKeysRequest),
    "ApiKeyService.RevokeApiKey": Example(
        lambda asked: keys.RevokeApiKeyRequest(user_id=asked.actor, key_id=asked.things.key_id)
    ),
    "ApiKeyService.VerifyApiKey": Example(lambda asked: keys.VerifyApiKeyRequest(secret=asked.secrets.api_key)),
    "DeviceService.StartDeviceSignIn": Example(lambda asked: devices.StartDeviceSignInRequest(client_name="walk")),
    "DeviceService.DescribeDeviceSignIn": Example(
        lambda asked: devices.DescribeDeviceSignInRequest(user_id=asked.actor, user_code=asked.things.user_code)
    ),
    "DeviceService.AnswerDeviceSignIn": Example(
        lambda asked: devices.AnswerDeviceSignInRequest(user_id=asked.actor, user_code=asked.things.user_code)
    ),
    "DeviceService.RedeemDeviceSignIn": Example(
        lambda asked: devices.RedeemDeviceSignInRequest(device_code=asked.secrets.device_code)
    ),
    **{f"PasskeyService.{name}": Example(build) for name, build in of_passkey.REQUESTS.items()},
    "ProviderService.ListProviders": Example(lambda asked: providers.ListProvidersRequest()),
    "ProviderService.StartProviderSignIn": Example(
        lambda asked: providers.StartProviderSignInRequest(provider=PROVIDER)
    ),
    "ProviderService.StartConnecting": _of_account(
        providers.StartConnectingRequest, session_id="ses_1", provider=PROVIDER
    ),
    "ProviderService.ReceiveProviderAnswer": Example(lambda asked: asked.secrets.answer),
    "ProviderService.FinishProviderSignIn": Example(
        lambda asked: providers.FinishProviderSignInRequest(
            browser_secret=asked.secrets.arrived_secret, confirms_age=True
        )
    ),
    "ProviderService.ConnectProvider": Example(
        lambda asked: providers.ConnectProviderRequest(
            user_id=asked.actor,
            session_id=asked.things.signed_session_id,
            browser_secret=asked.things.connecting_secret,
        )
    ),
    "ProviderService.ListConnections": _of_account(providers.ListConnectionsRequest),
    "ProviderService.RemoveConnection": _of_account(providers.RemoveConnectionRequest, provider=PROVIDER),
    "SecondFactorService.GetSecondFactor": _of_account(factors.GetSecondFactorRequest),
    "SecondFactorService.StartTotp": _of_account(factors.StartTotpRequest),
    "SecondFactorService.ConfirmTotp": Example(
        lambda asked: factors.ConfirmTotpRequest(user_id=asked.actor, code=asked.secrets.totp_code),
        State.FACTOR_BEGUN,
    ),
    "SecondFactorService.RemoveTotp": Example(
        lambda asked: factors.RemoveTotpRequest(user_id=asked.actor), State.FACTOR_SET
    ),
    "SecondFactorService.MakeRecoveryCodes": Example(
        lambda asked: factors.MakeRecoveryCodesRequest(user_id=asked.actor), State.FACTOR_SET
    ),
    "SecondFactorService.AnswerChallenge": Example(
        lambda asked: factors.AnswerChallengeRequest(challenge=asked.secrets.challenge, code=asked.secrets.totp_code)
    ),
    "SecondFactorService.ListProofs": _of_account(factors.ListProofsRequest),
    "SecondFactorService.StepUp": Example(
        lambda asked: factors.StepUpRequest(user_id=asked.actor, session_id=asked.things.session_id, password=PASSWORD)
    ),
    "EmailChangeService.RequestEmailChange": Example(
        lambda asked: changes.RequestEmailChangeRequest(user_id=asked.actor, email=asked.unused_email)
    ),
    "EmailChangeService.ConfirmEmailChange": Example(
        lambda asked: changes.ConfirmEmailChangeRequest(code=asked.secrets.change_code)
    ),
    "EmailChangeService.UndoEmailChange": Example(
        lambda asked: changes.UndoEmailChangeRequest(code=asked.secrets.undo_code)
    ),
}
_BILLING: Mapping[str, Example] = {
    "BillingService.ListPlans": Example(lambda asked: billing.ListPlansRequest()),
    "BillingService.GetUsage": _of_person(billing.GetUsageRequest),
    "BillingService.ListLedgerEntries": _of_person(billing.ListLedgerEntriesRequest),
    "LedgerService.GetAllowance": _of_person(billing.GetAllowanceRequest),
    "LedgerService.ReserveSeconds": Example(
        lambda asked: billing.ReserveSecondsRequest(owner_id=asked.actor, job_id=asked.things.job_id, seconds=1),
        State.SEPARATING,
        chosen=frozenset({"job_id"}),
    ),
    "LedgerService.SettleSeconds": Example(
        lambda asked: billing.SettleSecondsRequest(job_id=asked.things.job_id, seconds=1), State.SEPARATING
    ),
    "LedgerService.ReleaseSeconds": Example(
        lambda asked: billing.ReleaseSecondsRequest(job_id=asked.things.job_id), State.SEPARATING
    ),
    "LedgerService.ListOpenReservations": Example(lambda asked: billing.ListOpenReservationsRequest()),
    "PaymentService.GetPayments": _of_person(payments.GetPaymentsRequest),
    "PaymentService.ListPrices": Example(lambda asked: payments.ListPricesRequest()),
    "PaymentService.ListInvoices": _of_person(payments.ListInvoicesRequest),
    "PaymentService.StartCheckout": _of_person(
        payments.StartCheckoutRequest, price_lookup_key="stripsession_pack_hour"
    ),
    "PaymentService.OpenPortal": _of_person(payments.OpenPortalRequest),
    "PaymentService.ChangePlan": _of_person(payments.ChangePlanRequest, price_lookup_key="stripsession_pro_monthly"),
    "PaymentService.CancelSubscription": _of_person(payments.CancelSubscriptionRequest),
    "PaymentService.ResumeSubscription": _of_person(payments.ResumeSubscriptionRequest),
    "PaymentService.ReceiveEvent": Example(
        lambda asked: payments.ReceiveEventRequest(body=signed_event()[0], signature=signed_event()[1])
    ),
}
_LIBRARY: Mapping[str, Example] = {
    "LibraryService.CreateUpload": _of_person(library.CreateUploadRequest, length_bytes=4),
    "LibraryService.GetUpload": _of_upload(library.GetUploadRequest),
    "LibraryService.AppendUpload": Example(
        lambda asked: list(append(asked.actor, asked.things.upload_id, 100, asked.data[100:]))
    ),
    "LibraryService.DeleteUpload": _of_upload(library.DeleteUploadRequest),
    "LibraryService.CreateTrack": _of_upload(library.CreateTrackRequest, State.UPLOADED),
    "LibraryService.GetTrack": _of_track(library.GetTrackRequest),
    "LibraryService.ListTracks": Example(
        lambda asked: library.ListTracksRequest(owner_id=asked.actor, page_token=asked.things.page_token),
        State.SEPARATING,
    ),
    "ListingService.GetTracks": Example(
        lambda asked: listing.GetTracksRequest(owner_id=asked.actor, track_ids=[asked.things.track_id]),
        State.SEPARATING,
        leaves_out=True,
    ),
    "ListingService.ListTags": _of_person(listing.ListTagsRequest),
    "LibraryService.UpdateTrack": _of_track(library.UpdateTrackRequest, title="Changed"),
    "LibraryService.GetCover": _of_track(library.GetCoverRequest),
    "CoverService.SetCover": _of_track(covers.SetCoverRequest, data=png(9, 9)),
    "CoverService.RemoveCover": _of_track(covers.RemoveCoverRequest),
    "LibraryService.DeleteTrack": _of_track(library.DeleteTrackRequest),
    "LibraryService.CancelTrack": _of_track(library.CancelTrackRequest),
    "LibraryService.RetryTrack": _of_track(library.RetryTrackRequest, State.CANCELLED),
    "LibraryService.GetManifest": _of_track(library.GetManifestRequest, State.READY),
    "LibraryService.ReadSegment": _of_track(library.ReadSegmentRequest, State.READY, stem="vocals", index=0),
    "LibraryService.DescribeDownload": Example(
        lambda asked: library.DescribeDownloadRequest(spec=_spec(asked)), State.READY
    ),
    "LibraryService.ReadDownload": Example(lambda asked: library.ReadDownloadRequest(spec=_spec(asked)), State.READY),
    "ShareService.CreateShare": _of_track(shares.CreateShareRequest),
    "ShareService.ListShares": _of_track(shares.ListSharesRequest),
    "ShareService.RevokeShare": Example(
        lambda asked: shares.RevokeShareRequest(
            owner_id=asked.actor, track_id=asked.things.track_id, share_id=asked.things.share_id
        ),
        State.SEPARATING,
    ),
    "ShareService.OpenShare": Example(
        lambda asked: shares.OpenShareRequest(token=asked.secrets.share_token), State.SEPARATING
    ),
    "WebhookService.CreateWebhookEndpoint": _of_person(
        webhooks.CreateWebhookEndpointRequest, url=NOWHERE, event_types=["track.ready"]
    ),
    "WebhookService.ListWebhookEndpoints": _of_person(webhooks.ListWebhookEndpointsRequest),
    "WebhookService.UpdateWebhookEndpoint": _of_endpoint(webhooks.UpdateWebhookEndpointRequest, enabled=True),
    "WebhookService.DeleteWebhookEndpoint": _of_endpoint(webhooks.DeleteWebhookEndpointRequest),
    "WebhookService.RotateWebhookSecret": _of_endpoint(webhooks.RotateWebhookSecretRequest),
    "WebhookService.SendTestWebhook": _of_endpoint(webhooks.SendTestWebhookRequest),
    "WebhookService.ListWebhookDeliveries": _of_endpoint(webhooks.ListWebhookDeliveriesRequest),
    "WebhookService.ReplayWebhookDelivery": Example(
        lambda asked: webhooks.ReplayWebhookDeliveryRequest(
            owner_id=asked.actor, endpoint_id=asked.things.endpoint_id, delivery_id=asked.things.delivery_id
        )
    ),
    "MaterialService.OpenTrack": _of_worker(
        material.OpenTrackRequest, attempt=1, stems=["vocals", "drums", "bass", "other"]
    ),
    "MaterialService.CommitSegment": Example(_segment, State.OPENED),
    "MaterialService.RecordFindings": _of_worker(
        material.RecordFindingsRequest, attempt=1, making=report.Making(model="baseline"), analysis=report.Analysis()
    ),
    # The end of an older job, unless it claims success, changes nothing and is therefore no fault.
    "MaterialService.ConcludeTrack": _of_worker(
        material.ConcludeTrackRequest, State.READY, outcome=material.OUTCOME_COMPLETED, length_samples=LENGTH
    ),
    "UploadHoldingService.ListHeldUploads": Example(lambda asked: holding.ListHeldUploadsRequest()),
    "UploadHoldingService.EraseUpload": Example(
        lambda asked: holding.EraseUploadRequest(upload_id=asked.things.upload_id)
    ),
}
_RETENTION: Mapping[str, Example] = {
    **{f"ClosingService.{name}": Example(build) for name, build in of_closing.REQUESTS.items()},
    "PolicyService.GetPolicy": Example(lambda asked: policy.GetPolicyRequest()),
    "RetentionService.ListReceipts": Example(
        lambda asked: retention.ListReceiptsRequest(owner_id=asked.actor), State.READY
    ),
    "RetentionService.ListErasures": Example(
        lambda asked: retention.ListErasuresRequest(owner_id=asked.actor), State.READY
    ),
}
_PRIVACY: Mapping[str, Example] = {
    # Of somebody who was never here: the walk's people are asked about again.
    "DataHolderService.Erase": Example(
        lambda asked: privacy.EraseRequest(user_id=f"{asked.actor}_gone" if asked.actor else "")
    ),
}
_SEPARATION: Mapping[str, Example] = {
    "JobReadingService.GetJobOfTrack": _of_track(separation.GetJobOfTrackRequest),
    "JobReadingService.ListJobsOfTracks": Example(
        lambda asked: separation.ListJobsOfTracksRequest(owner_id=asked.actor, track_ids=[asked.things.track_id]),
        State.SEPARATING,
        leaves_out=True,
    ),
    "JobReadingService.ListModels": Example(lambda asked: separation.ListModelsRequest()),
    "SeparationService.SubmitJob": Example(
        lambda asked: separation.SubmitJobRequest(
            owner_id=asked.actor, track_id=asked.things.track_id, job_id=asked.things.job_id
        ),
        State.SEPARATING,
        chosen=frozenset({"job_id", "track_id"}),
    ),
    "SeparationService.CancelJob": Example(
        lambda asked: separation.CancelJobRequest(owner_id=asked.actor, job_id=asked.things.job_id), State.SEPARATING
    ),
}
_CLOSING: Mapping[str, Example] = {
    # The same: the walk's people are to come in again.
    "AccountClosingService.CloseAccount": Example(
        lambda asked: closing.CloseAccountRequest(user_id=f"{asked.actor}_gone" if asked.actor else "")
    ),
}
OF_SERVICES: Mapping[str, Example] = {
    f"stripsession.{service}.v1.{name}": example
    for service, examples in {
        "auth": {**_AUTH, **_CLOSING},
        "billing": _BILLING,
        "library": _LIBRARY,
        "privacy": _PRIVACY,
        "retention": _RETENTION,
        "separation": _SEPARATION,
    }.items()
    for name, example in examples.items()
}
"""Full name of an RPC -> its example; an operator's are in operator_examples.py."""
