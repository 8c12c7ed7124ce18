"""What can go wrong in the library, named for whoever has to act on it; the text is the message."""

from __future__ import annotations

from collections.abc import Mapping


class AccountNotFound(Exception):
    """There is no such account."""


class UploadNotFound(Exception):
    """There is no such upload."""


class UploadGone(Exception):
    """The uploaded file has been erased. Upload it again."""


class UploadEmpty(Exception):
    """The file is empty."""


class UploadTooLarge(Exception):
    """The file is too large."""

    def __init__(self, bytes_max: int) -> None:
        """`bytes_max` is the most that is taken."""
        super().__init__(f"The file is too large: at most {bytes_max / 2**30:.3g} GiB are taken.")
        self.facts: Mapping[str, str] = {"bytes_max": str(bytes_max)}


class TooManyUploads(Exception):
    """Too many uploads are open. Finish or give up one of them first."""


class UploadFragmented(Exception):
    """The file arrived in too many small pieces. Upload it again in larger ones."""


class UploadOffsetMismatch(Exception):
    """Bytes were sent for another place than the upload's next one."""

    def __init__(self, offset_bytes: int) -> None:
        """`offset_bytes` is where the upload goes on."""
        super().__init__(f"The upload goes on at byte {offset_bytes}.")
        self.facts: Mapping[str, str] = {"offset_bytes": str(offset_bytes)}


class UploadOverrun(Exception):
    """More bytes were sent than the upload's stated length."""


class UploadIncomplete(Exception):
    """The file is not completely uploaded yet."""


class UploadInUse(Exception):
    """The file is being separated. Stop the separation first."""


class TrackNotFound(Exception):
    """There is no such track."""


class TrackNotSeparating(Exception):
    """The track is not being separated."""


class TrackNotReady(Exception):
    """The track is not complete yet."""


class TrackNotRetryable(Exception):
    """Only a track that failed or was stopped can be separated again."""


class KeyReused(Exception):
    """This idempotency key was used for another request."""


class TitleEmpty(Exception):
    """A title has at least one visible character."""


class TagsInvalid(Exception):
    """A track has at most 20 tags, each of 1 to 40 visible characters."""


class CoverNotFound(Exception):
    """The song has no cover."""


class CoverUnreadable(Exception):
    """A cover is a whole picture that does not move: JPEG, PNG or WebP."""


class CoverTooLarge(Exception):
    """A cover has at most 4 MiB, and at most 4096 pixels a side."""


class PageTokenInvalid(Exception):
    """The page token is not one of ours. Start at the first page."""


class ShareNotFound(Exception):
    """There is no such link, or no longer."""


class ShareLifeInvalid(Exception):
    """A link works for an hour at least and 90 days at most."""


class ShareViewInvalid(Exception):
    """What is shared with a link must be a JSON object of at most 4 kB, 16 levels deep at most."""


class TooManyShares(Exception):
    """The track has as many links as it may have. Revoke one of them first."""


class SegmentNotFound(Exception):
    """There is no such segment yet."""


class StemNotFound(Exception):
    """The track has no such stem."""


class UnknownFormat(Exception):
    """There is no such download."""


class MixInvalid(Exception):
    """These stems cannot be mixed so."""


class RangeInvalid(Exception):
    """The range lies outside the file."""


class AnswerOutstanding(Exception):
    """What separation answered to this track's submission is not recorded yet; it will be shortly."""

    retry_after_s = 5.0


class AttemptFenced(Exception):
    """Another attempt has taken over this track."""


class SegmentOutOfOrder(Exception):
    """Segments are committed one after another, without gaps."""


class SegmentInvalid(Exception):
    """The segment does not fit its track."""


class SeparationUnavailable(Exception):
    """Separation cannot be reached right now. The file is kept; try again shortly."""

    retry_after_s = 5.0


class SubmissionRefused(Exception):
    """Separation refuses the job; `reason` and the text are its own."""

    def __init__(
        self, reason: str, message: str, *, retry_after_s: float | None = None, facts: Mapping[str, str] | None = None
    ) -> None:
        """`reason` is a fixed UPPER_SNAKE word, `message` a sentence for people."""
        super().__init__(message)
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.facts: Mapping[str, str] = facts or {}


class FileRefused(SubmissionRefused):
    """This file cannot be separated, now or later: nobody needs it any more."""


class RequestRefused(SubmissionRefused):
    """Separation does not take this request, which says nothing about the file."""


class LimitReached(SubmissionRefused):
    """The listener's limit is reached; the file can be separated once there is room."""


class QueueFull(SubmissionRefused):
    """Too much is waiting; the file can be separated later."""


class SecretTold(Exception):
    """This request was answered already, and its secret is told once. Make another."""

    def __init__(self, **made: str) -> None:
        """`made` names what the first one made."""
        super().__init__()
        self.facts: Mapping[str, str] = made


class WebhookNotFound(Exception):
    """There is no such webhook endpoint."""


class WebhookDeliveryNotFound(Exception):
    """There is no such message in the endpoint's log."""


class WebhookUrlInvalid(Exception):
    """A webhook's address begins with https:// and leads to port 443 or 8443 of a public host, without a password."""


class WebhookEventsInvalid(Exception):
    """A webhook endpoint wants at least one event, each by its word."""


class WebhookLeadsHere(WebhookUrlInvalid):
    """Webhooks reach this machine only by STRIPSESSION_LIBRARY__WEBHOOK_LOOPBACK=true. Set it, or go elsewhere."""


class WebhookUrlNeeded(Exception):
    """This webhook may have been somebody else's, or changed by them. Send its address with the wish to enable it."""


class WebhookDisabled(Exception):
    """Nothing is sent to this endpoint now. Enable it first."""


class WebhookFull(Exception):
    """A hundred messages or more wait for this endpoint. Let them arrive first."""


class TooManyWebhooks(Exception):
    """Five webhook endpoints are the most. Remove one first."""
