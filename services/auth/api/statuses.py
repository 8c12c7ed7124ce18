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
    InvalidEmail,
    LinkSpent,
    MailOff,
    SessionEnded,
    SessionNotFound,
    TooManyMails,
    WeakPassword,
    WrongCredentials,
    WrongPassword,
)

STATUSES: Statuses = {
    AccountNotFound: (grpc.StatusCode.NOT_FOUND, "ACCOUNT_NOT_FOUND"),
    CodeSpent: (grpc.StatusCode.NOT_FOUND, "CODE_SPENT"),
    DisplayNameTooLong: (grpc.StatusCode.INVALID_ARGUMENT, "DISPLAY_NAME_TOO_LONG"),
    EmailTaken: (grpc.StatusCode.ALREADY_EXISTS, "EMAIL_TAKEN"),
    HashingBusy: (grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY"),
    InvalidEmail: (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_EMAIL"),
    LinkSpent: (grpc.StatusCode.UNAUTHENTICATED, "LINK_SPENT"),
    MailOff: (grpc.StatusCode.FAILED_PRECONDITION, "MAIL_OFF"),
    SessionEnded: (grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED"),
    SessionNotFound: (grpc.StatusCode.NOT_FOUND, "SESSION_NOT_FOUND"),
    TooManyMails: (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_MAILS"),
    WeakPassword: (grpc.StatusCode.INVALID_ARGUMENT, "WEAK_PASSWORD"),
    WrongCredentials: (grpc.StatusCode.UNAUTHENTICATED, "WRONG_CREDENTIALS"),
    # Not UNAUTHENTICATED: whoever is signed in stays so.
    WrongPassword: (grpc.StatusCode.PERMISSION_DENIED, "WRONG_PASSWORD"),
}
