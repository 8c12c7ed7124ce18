"""What each domain error is on the wire."""

from __future__ import annotations

import grpc

from chassis.rpc.errors import Statuses
from services.retention.domain import errors

STATUSES: Statuses = {
    errors.IdentifierMissing: (grpc.StatusCode.INVALID_ARGUMENT, "IDENTIFIER_MISSING"),
    errors.IdentifierUnknown: (grpc.StatusCode.INVALID_ARGUMENT, "IDENTIFIER_UNKNOWN"),
    errors.PageTokenInvalid: (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID"),
    errors.PolicyVersionNotFound: (grpc.StatusCode.NOT_FOUND, "POLICY_VERSION_NOT_FOUND"),
    errors.ClosingNotFound: (grpc.StatusCode.NOT_FOUND, "CLOSING_NOT_FOUND"),
    errors.ClosingBegun: (grpc.StatusCode.FAILED_PRECONDITION, "CLOSING_BEGUN"),
    errors.ClosingWithdrawn: (grpc.StatusCode.FAILED_PRECONDITION, "CLOSING_WITHDRAWN"),
    errors.IdempotencyKeyReused: (grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED"),
    errors.ReceiptNotFound: (grpc.StatusCode.NOT_FOUND, "RECEIPT_NOT_FOUND"),
    errors.ReceiptsUnsigned: (grpc.StatusCode.NOT_FOUND, "RECEIPTS_UNSIGNED"),
    errors.ExportNotFound: (grpc.StatusCode.NOT_FOUND, "EXPORT_NOT_FOUND"),
    errors.ExportNotReady: (grpc.StatusCode.FAILED_PRECONDITION, "EXPORT_NOT_READY"),
    errors.ExportExpired: (grpc.StatusCode.FAILED_PRECONDITION, "EXPORT_EXPIRED"),
    errors.ExportEnded: (grpc.StatusCode.FAILED_PRECONDITION, "EXPORT_ENDED"),
    errors.ExportPartAway: (grpc.StatusCode.UNAVAILABLE, "EXPORT_PART_AWAY"),
    errors.ExportLost: (grpc.StatusCode.ABORTED, "EXPORT_LOST"),
    errors.PartGone: (grpc.StatusCode.NOT_FOUND, "PART_GONE"),
    errors.PartNameUnsafe: (grpc.StatusCode.FAILED_PRECONDITION, "PART_NAME_UNSAFE"),
    errors.RangeInvalid: (grpc.StatusCode.OUT_OF_RANGE, "RANGE_INVALID"),
    errors.RequestNotFound: (grpc.StatusCode.NOT_FOUND, "REQUEST_NOT_FOUND"),
    errors.RequestKindUnknown: (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_KIND_UNKNOWN"),
    errors.RequestTextInvalid: (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_TEXT_INVALID"),
    errors.ReplyAddressInvalid: (grpc.StatusCode.INVALID_ARGUMENT, "REPLY_ADDRESS_INVALID"),
    errors.TooManyRequests: (grpc.StatusCode.FAILED_PRECONDITION, "TOO_MANY_REQUESTS"),
    errors.RequestsFull: (grpc.StatusCode.RESOURCE_EXHAUSTED, "REQUESTS_FULL"),
    errors.RequestEnded: (grpc.StatusCode.FAILED_PRECONDITION, "REQUEST_ENDED"),
    errors.RequestExtended: (grpc.StatusCode.FAILED_PRECONDITION, "REQUEST_EXTENDED"),
    errors.ExtensionTooLate: (grpc.StatusCode.FAILED_PRECONDITION, "EXTENSION_TOO_LATE"),
    errors.EndingUnknown: (grpc.StatusCode.INVALID_ARGUMENT, "ENDING_UNKNOWN"),
    errors.LibraryAway: (grpc.StatusCode.UNAVAILABLE, "LIBRARY_AWAY"),
    errors.HolderFailed: (grpc.StatusCode.UNAVAILABLE, "HOLDER_FAILED"),
    errors.ExaminationFailed: (grpc.StatusCode.UNAVAILABLE, "EXAMINATION_FAILED"),
    errors.ErasureFailed: (grpc.StatusCode.UNAVAILABLE, "ERASURE_FAILED"),
}
