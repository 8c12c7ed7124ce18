"""What each domain error is on the wire."""

from __future__ import annotations

import grpc

from chassis.rpc.errors import Statuses
from services.billing.domain import errors

STATUSES: Statuses = {
    errors.AccountNotFound: (grpc.StatusCode.NOT_FOUND, "ACCOUNT_NOT_FOUND"),
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
    errors.PaymentsNotSetUp: (grpc.StatusCode.FAILED_PRECONDITION, "PAYMENTS_NOT_SET_UP"),
    errors.PaymentsAway: (grpc.StatusCode.UNAVAILABLE, "PAYMENTS_AWAY"),
    errors.PaymentDeclined: (grpc.StatusCode.FAILED_PRECONDITION, "PAYMENT_DECLINED"),
    errors.PaymentPending: (grpc.StatusCode.FAILED_PRECONDITION, "PAYMENT_PENDING"),
    # A kind of it: what the provider says of a customer that it no longer has.
    errors.CustomerMissing: (grpc.StatusCode.INTERNAL, "PAYMENT_REFUSED"),
    errors.PaymentRefused: (grpc.StatusCode.INTERNAL, "PAYMENT_REFUSED"),
    errors.SignatureInvalid: (grpc.StatusCode.INVALID_ARGUMENT, "SIGNATURE_INVALID"),
    errors.UnknownOffer: (grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_OFFER"),
    errors.PriceMissing: (grpc.StatusCode.FAILED_PRECONDITION, "PRICE_MISSING"),
    errors.SubscribedAlready: (grpc.StatusCode.FAILED_PRECONDITION, "SUBSCRIBED_ALREADY"),
    errors.NotSubscribed: (grpc.StatusCode.FAILED_PRECONDITION, "NOT_SUBSCRIBED"),
    errors.OtherInterval: (grpc.StatusCode.FAILED_PRECONDITION, "OTHER_INTERVAL"),
    errors.IdempotencyKeyReused: (grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED"),
    errors.InvoiceNotFound: (grpc.StatusCode.NOT_FOUND, "INVOICE_NOT_FOUND"),
    errors.InvoiceNotPaid: (grpc.StatusCode.FAILED_PRECONDITION, "INVOICE_NOT_PAID"),
}
