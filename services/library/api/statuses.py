"""What each domain error is on the wire."""

from __future__ import annotations

import grpc

from chassis.rpc.errors import Statuses
from services.library.domain import errors

_Code = grpc.StatusCode

STATUSES: Statuses = {
    errors.AccountNotFound: (_Code.NOT_FOUND, "ACCOUNT_NOT_FOUND"),
    errors.UploadNotFound: (_Code.NOT_FOUND, "UPLOAD_NOT_FOUND"),
    errors.UploadGone: (_Code.FAILED_PRECONDITION, "UPLOAD_GONE"),
    errors.UploadEmpty: (_Code.INVALID_ARGUMENT, "UPLOAD_EMPTY"),
    errors.UploadTooLarge: (_Code.INVALID_ARGUMENT, "UPLOAD_TOO_LARGE"),
    errors.TooManyUploads: (_Code.RESOURCE_EXHAUSTED, "TOO_MANY_UPLOADS"),
    errors.UploadFragmented: (_Code.RESOURCE_EXHAUSTED, "UPLOAD_FRAGMENTED"),
    errors.UploadOffsetMismatch: (_Code.ABORTED, "UPLOAD_OFFSET_MISMATCH"),
    errors.UploadOverrun: (_Code.INVALID_ARGUMENT, "UPLOAD_OVERRUN"),
    errors.UploadIncomplete: (_Code.FAILED_PRECONDITION, "UPLOAD_INCOMPLETE"),
    errors.UploadInUse: (_Code.FAILED_PRECONDITION, "UPLOAD_IN_USE"),
    errors.TrackNotFound: (_Code.NOT_FOUND, "TRACK_NOT_FOUND"),
    errors.TrackNotSeparating: (_Code.FAILED_PRECONDITION, "TRACK_NOT_SEPARATING"),
    errors.TrackNotReady: (_Code.FAILED_PRECONDITION, "TRACK_NOT_READY"),
    errors.TrackNotRetryable: (_Code.FAILED_PRECONDITION, "TRACK_NOT_RETRYABLE"),
    errors.KeyReused: (_Code.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED"),
    errors.TitleEmpty: (_Code.INVALID_ARGUMENT, "TITLE_EMPTY"),
    errors.TagsInvalid: (_Code.INVALID_ARGUMENT, "TAGS_INVALID"),
    errors.CoverNotFound: (_Code.NOT_FOUND, "COVER_NOT_FOUND"),
    errors.CoverTooLarge: (_Code.INVALID_ARGUMENT, "COVER_TOO_LARGE"),
    errors.CoverUnreadable: (_Code.INVALID_ARGUMENT, "COVER_UNREADABLE"),
    errors.PageTokenInvalid: (_Code.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID"),
    errors.ShareNotFound: (_Code.NOT_FOUND, "SHARE_NOT_FOUND"),
    errors.ShareLifeInvalid: (_Code.INVALID_ARGUMENT, "SHARE_LIFE_INVALID"),
    errors.ShareViewInvalid: (_Code.INVALID_ARGUMENT, "SHARE_VIEW_INVALID"),
    errors.TooManyShares: (_Code.RESOURCE_EXHAUSTED, "TOO_MANY_SHARES"),
    errors.SecretTold: (_Code.ALREADY_EXISTS, "SECRET_TOLD"),
    errors.WebhookNotFound: (_Code.NOT_FOUND, "WEBHOOK_NOT_FOUND"),
    errors.WebhookDeliveryNotFound: (_Code.NOT_FOUND, "WEBHOOK_DELIVERY_NOT_FOUND"),
    errors.WebhookUrlInvalid: (_Code.INVALID_ARGUMENT, "WEBHOOK_URL_INVALID"),
    errors.WebhookEventsInvalid: (_Code.INVALID_ARGUMENT, "WEBHOOK_EVENTS_INVALID"),
    errors.WebhookLeadsHere: (_Code.INVALID_ARGUMENT, "WEBHOOK_URL_INVALID"),
    errors.WebhookUrlNeeded: (_Code.FAILED_PRECONDITION, "WEBHOOK_URL_NEEDED"),
    errors.WebhookDisabled: (_Code.FAILED_PRECONDITION, "WEBHOOK_DISABLED"),
    errors.WebhookFull: (_Code.RESOURCE_EXHAUSTED, "WEBHOOK_FULL"),
    errors.TooManyWebhooks: (_Code.RESOURCE_EXHAUSTED, "TOO_MANY_WEBHOOKS"),
    errors.SegmentNotFound: (_Code.NOT_FOUND, "SEGMENT_NOT_FOUND"),
    errors.StemNotFound: (_Code.NOT_FOUND, "STEM_NOT_FOUND"),
    errors.UnknownFormat: (_Code.INVALID_ARGUMENT, "UNKNOWN_FORMAT"),
    errors.MixInvalid: (_Code.INVALID_ARGUMENT, "MIX_INVALID"),
    errors.RangeInvalid: (_Code.OUT_OF_RANGE, "RANGE_INVALID"),
    errors.AnswerOutstanding: (_Code.UNAVAILABLE, "ANSWER_OUTSTANDING"),
    errors.AttemptFenced: (_Code.ABORTED, "ATTEMPT_FENCED"),
    errors.SegmentOutOfOrder: (_Code.FAILED_PRECONDITION, "SEGMENT_OUT_OF_ORDER"),
    errors.SegmentInvalid: (_Code.INVALID_ARGUMENT, "SEGMENT_INVALID"),
    errors.SeparationUnavailable: (_Code.UNAVAILABLE, "SEPARATION_UNAVAILABLE"),
    # These carry the reason that separation gave; the table's is for one that gave none.
    errors.FileRefused: (_Code.INVALID_ARGUMENT, "FILE_REFUSED"),
    errors.RequestRefused: (_Code.INVALID_ARGUMENT, "REQUEST_REFUSED"),
    errors.LimitReached: (_Code.RESOURCE_EXHAUSTED, "LIMIT_REACHED"),
    errors.QueueFull: (_Code.UNAVAILABLE, "QUEUE_FULL"),
    errors.SubmissionRefused: (_Code.FAILED_PRECONDITION, "SUBMISSION_REFUSED"),
}
