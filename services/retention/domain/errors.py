"""What can go wrong in retention, named for the person or the operator who has to act on it; the text is shown."""

from __future__ import annotations


class IdentifierMissing(Exception):
    """A person must be named."""


class IdentifierUnknown(Exception):
    """That names no person: an identifier is usr_ and 32 digits and letters from a to f."""


class PageTokenInvalid(Exception):
    """The page token is not one of ours. Start at the first page."""


class PolicyVersionNotFound(Exception):
    """There is no such version of the policy."""


class ClosingNotFound(Exception):
    """This link leads to no closing of an account, or to one for which another link was made since."""


class ClosingBegun(Exception):
    """The account is being erased already, and nothing takes that back."""


class ClosingWithdrawn(Exception):
    """The closing that was asked for by this request was taken back since. Ask for it anew."""


class IdempotencyKeyReused(Exception):
    """This idempotency key was used for another request."""


class ReceiptNotFound(Exception):
    """You have no signed receipt of that number."""


class ReceiptsUnsigned(Exception):
    """This installation signs no receipts: whoever runs it has not named a key."""


class ExportNotFound(Exception):
    """You have no such export."""


class ExportNotReady(Exception):
    """The export is still being prepared."""


class ExportExpired(Exception):
    """The export is too old, or a newer one took its place. Ask for another."""


class ExportEnded(Exception):
    """Something in the export was deleted since, or could not be had. Ask for another."""


class ExportPartAway(Exception):
    """A service that holds a part of the export cannot be reached. Go on in a moment."""


class RangeInvalid(Exception):
    """The range lies outside the archive."""


class ExportLost(Exception):
    """Another process works at this export, or it is over."""


class PartGone(Exception):
    """A part is not there any more, or not in this version."""


class PartNameUnsafe(Exception):
    """A holder's name of a part could lead out of its folder."""


class RequestNotFound(Exception):
    """There is no such request, or it ended so long ago that nothing is told of it any more."""


class RequestKindUnknown(Exception):
    """There is no such kind of request."""


class RequestTextInvalid(Exception):
    """A text has 1 to 4000 characters, without control characters."""


class ReplyAddressInvalid(Exception):
    """This is no e-mail address that an answer can go to."""


class TooManyRequests(Exception):
    """Five of your requests wait for an answer. Another can be sent once one of them is answered."""


class RequestsFull(Exception):
    """Nothing was noted: too many such requests wait. Try again in some days, or sign in and send it there."""


class RequestEnded(Exception):
    """The request was answered or closed already."""


class RequestExtended(Exception):
    """The request was extended already, which the law allows once."""


class ExtensionTooLate(Exception):
    """The month in which an extension has to be told of is over."""


class EndingUnknown(Exception):
    """A request is closed without an answer as withdrawn, as a duplicate or as no request; else it is answered."""


class LibraryAway(Exception):
    """The library cannot be reached; the same call may succeed at any moment."""


class HolderFailed(Exception):
    """A service could not do this for a person this time; the same call may succeed later."""

    def __init__(self, word: str, *, is_gone: bool = False) -> None:
        """`word` says why, for the log and the row; `is_gone` that it has no more what it was to give."""
        super().__init__(word)
        self.word = word
        self.is_gone = is_gone


class ErasureFailed(Exception):
    """The library could not erase this upload this time."""


class ExaminationFailed(Exception):
    """A service could not count what a promise is about this time; the same call may succeed later."""

    def __init__(self, service: str, reason: str, fault: str = "") -> None:
        """`service` is whose part is missing, `reason` one word for why; `fault` is the kind of error, for the log."""
        super().__init__(f"{service}: {reason}")
        self.service = service
        self.reason = reason
        self.fault = fault
