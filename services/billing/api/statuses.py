"""What each domain error is on the wire."""

from __future__ import annotations

import grpc

from chassis.rpc.errors import Statuses
from services.billing.domain import errors

STATUSES: Statuses = {
    errors.UnknownPlan: (grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_PLAN"),
    errors.IdentifierMissing: (grpc.StatusCode.INVALID_ARGUMENT, "IDENTIFIER_MISSING"),
    errors.SecondsInvalid: (grpc.StatusCode.INVALID_ARGUMENT, "SECONDS_INVALID"),
    errors.PageTokenInvalid: (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID"),
    errors.GrantInvalid: (grpc.StatusCode.INVALID_ARGUMENT, "GRANT_INVALID"),
    errors.GrantMismatch: (grpc.StatusCode.FAILED_PRECONDITION, "GRANT_MISMATCH"),
    errors.GrantNotFound: (grpc.StatusCode.NOT_FOUND, "GRANT_NOT_FOUND"),
    errors.GrantEnded: (grpc.StatusCode.FAILED_PRECONDITION, "GRANT_ENDED"),
    errors.GrantReplaced: (grpc.StatusCode.FAILED_PRECONDITION, "GRANT_REPLACED"),
    errors.TooLong: (grpc.StatusCode.INVALID_ARGUMENT, "TOO_LONG"),
    errors.MinutesExhausted: (grpc.StatusCode.RESOURCE_EXHAUSTED, "MINUTES_EXHAUSTED"),
    errors.ReservationNotFound: (grpc.StatusCode.NOT_FOUND, "RESERVATION_NOT_FOUND"),
    errors.ReservationMismatch: (grpc.StatusCode.FAILED_PRECONDITION, "RESERVATION_MISMATCH"),
    errors.ReservationReleased: (grpc.StatusCode.FAILED_PRECONDITION, "RESERVATION_RELEASED"),
    errors.ReservationSettled: (grpc.StatusCode.FAILED_PRECONDITION, "RESERVATION_SETTLED"),
}
