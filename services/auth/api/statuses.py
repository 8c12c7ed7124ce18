"""Which status each domain error is."""

from __future__ import annotations

import grpc

from chassis.rpc.errors import Statuses
from services.auth.domain.errors import (
    AccountNotFound,
    CodeSpent,
    DisplayNameTooLong,
    EmailTaken,
    HashingBusy,
    IdentityEnded,
    InvalidEmail,
    IssuerAway,
    IssuerUnknown,
    LinkSpent,
    MailOff,
    SessionEnded,
    SessionNotFound,
    TooManyMails,
    TooManyMissing,
    WeakPassword,
    WebhookRefused,
    WebhookUnknown,
    WebhookUnreadable,
    WrongCredentials,
    WrongPassword,
)

STATUSES: Statuses = {
    AccountNotFound: (grpc.StatusCode.NOT_FOUND, "ACCOUNT_NOT_FOUND"),
    CodeSpent: (grpc.StatusCode.NOT_FOUND, "CODE_SPENT"),
    DisplayNameTooLong: (grpc.StatusCode.INVALID_ARGUMENT, "DISPLAY_NAME_TOO_LONG"),
    EmailTaken: (grpc.StatusCode.ALREADY_EXISTS, "EMAIL_TAKEN"),
    HashingBusy: (grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY"),
    IdentityEnded: (grpc.StatusCode.UNAUTHENTICATED, "IDENTITY_ENDED"),
    InvalidEmail: (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_EMAIL"),
    IssuerAway: (grpc.StatusCode.UNAVAILABLE, "ISSUER_AWAY"),
    IssuerUnknown: (grpc.StatusCode.NOT_FOUND, "ISSUER_UNKNOWN"),
    LinkSpent: (grpc.StatusCode.UNAUTHENTICATED, "LINK_SPENT"),
    MailOff: (grpc.StatusCode.FAILED_PRECONDITION, "MAIL_OFF"),
    SessionEnded: (grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED"),
    TooManyMissing: (grpc.StatusCode.FAILED_PRECONDITION, "TOO_MANY_MISSING"),
    SessionNotFound: (grpc.StatusCode.NOT_FOUND, "SESSION_NOT_FOUND"),
    TooManyMails: (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_MAILS"),
    WeakPassword: (grpc.StatusCode.INVALID_ARGUMENT, "WEAK_PASSWORD"),
    WebhookRefused: (grpc.StatusCode.UNAUTHENTICATED, "WEBHOOK_REFUSED"),
    WebhookUnknown: (grpc.StatusCode.NOT_FOUND, "WEBHOOK_UNKNOWN"),
    WebhookUnreadable: (grpc.StatusCode.INVALID_ARGUMENT, "WEBHOOK_UNREADABLE"),
    WrongCredentials: (grpc.StatusCode.UNAUTHENTICATED, "WRONG_CREDENTIALS"),
    # Not UNAUTHENTICATED: whoever is signed in stays so.
    WrongPassword: (grpc.StatusCode.PERMISSION_DENIED, "WRONG_PASSWORD"),
}
