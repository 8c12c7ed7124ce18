"""Which status each domain error is."""

from __future__ import annotations

import grpc

from chassis.rpc.errors import Statuses
from services.auth.domain.errors import (
    AccountNotFound,
    ApiKeyLifeInvalid,
    ApiKeyNameInvalid,
    ApiKeyNotFound,
    ApiKeyRefused,
    ClientNameInvalid,
    DeviceAskedTooSoon,
    DeviceCodeNotFound,
    DeviceRefused,
    DeviceSignInPending,
    DisplayNameTooLong,
    EmailTaken,
    HashingBusy,
    IdempotencyKeyReused,
    InvalidEmail,
    LinkSpent,
    ScopesInvalid,
    SecretTold,
    SessionEnded,
    TooManyApiKeys,
    WeakPassword,
    WrongCredentials,
)

STATUSES: Statuses = {
    AccountNotFound: (grpc.StatusCode.NOT_FOUND, "ACCOUNT_NOT_FOUND"),
    ApiKeyLifeInvalid: (grpc.StatusCode.INVALID_ARGUMENT, "API_KEY_LIFE_INVALID"),
    ApiKeyNameInvalid: (grpc.StatusCode.INVALID_ARGUMENT, "API_KEY_NAME_INVALID"),
    ApiKeyNotFound: (grpc.StatusCode.NOT_FOUND, "API_KEY_NOT_FOUND"),
    ApiKeyRefused: (grpc.StatusCode.UNAUTHENTICATED, "API_KEY_REFUSED"),
    ClientNameInvalid: (grpc.StatusCode.INVALID_ARGUMENT, "CLIENT_NAME_INVALID"),
    DeviceAskedTooSoon: (grpc.StatusCode.RESOURCE_EXHAUSTED, "DEVICE_TOO_SOON"),
    DeviceCodeNotFound: (grpc.StatusCode.NOT_FOUND, "DEVICE_CODE_NOT_FOUND"),
    DeviceRefused: (grpc.StatusCode.PERMISSION_DENIED, "DEVICE_REFUSED"),
    DeviceSignInPending: (grpc.StatusCode.FAILED_PRECONDITION, "DEVICE_PENDING"),
    DisplayNameTooLong: (grpc.StatusCode.INVALID_ARGUMENT, "DISPLAY_NAME_TOO_LONG"),
    EmailTaken: (grpc.StatusCode.ALREADY_EXISTS, "EMAIL_TAKEN"),
    HashingBusy: (grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY"),
    IdempotencyKeyReused: (grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED"),
    InvalidEmail: (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_EMAIL"),
    LinkSpent: (grpc.StatusCode.UNAUTHENTICATED, "LINK_SPENT"),
    ScopesInvalid: (grpc.StatusCode.INVALID_ARGUMENT, "SCOPES_INVALID"),
    SecretTold: (grpc.StatusCode.ALREADY_EXISTS, "SECRET_TOLD"),
    SessionEnded: (grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED"),
    TooManyApiKeys: (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_API_KEYS"),
    WeakPassword: (grpc.StatusCode.INVALID_ARGUMENT, "WEAK_PASSWORD"),
    WrongCredentials: (grpc.StatusCode.UNAUTHENTICATED, "WRONG_CREDENTIALS"),
}
