"""Which status each error of signing in by a provider is."""

from __future__ import annotations

import grpc

from chassis.rpc.errors import Statuses
from services.auth.domain.provider_errors import (
    ConnectionNotFound,
    IdentityTaken,
    LastWayIn,
    ProviderAnswerRefused,
    ProviderAway,
    ProviderConnected,
    ProviderDenied,
    ProviderEmailTaken,
    ProviderSignInSpent,
    ProviderUnknown,
)

PROVIDER_STATUSES: Statuses = {
    ConnectionNotFound: (grpc.StatusCode.NOT_FOUND, "CONNECTION_NOT_FOUND"),
    IdentityTaken: (grpc.StatusCode.ALREADY_EXISTS, "IDENTITY_TAKEN"),
    LastWayIn: (grpc.StatusCode.FAILED_PRECONDITION, "LAST_WAY_IN"),
    ProviderAnswerRefused: (grpc.StatusCode.FAILED_PRECONDITION, "PROVIDER_ANSWER_REFUSED"),
    ProviderAway: (grpc.StatusCode.UNAVAILABLE, "PROVIDER_AWAY"),
    ProviderConnected: (grpc.StatusCode.ALREADY_EXISTS, "PROVIDER_CONNECTED"),
    ProviderDenied: (grpc.StatusCode.PERMISSION_DENIED, "PROVIDER_DENIED"),
    ProviderEmailTaken: (grpc.StatusCode.ALREADY_EXISTS, "PROVIDER_EMAIL_TAKEN"),
    ProviderSignInSpent: (grpc.StatusCode.NOT_FOUND, "PROVIDER_SIGN_IN_SPENT"),
    ProviderUnknown: (grpc.StatusCode.NOT_FOUND, "PROVIDER_UNKNOWN"),
}
