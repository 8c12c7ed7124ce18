"""What can go wrong in separation, named for the listener or the operator who has to act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class AudioRefused(Exception):
    """This upload cannot be separated, and trying again will not help.

    `reason` is one stable word for programs (not_audio, no_audio_stream, unsupported_rate, unsupported_channels,
    too_long, too_short, damaged); `message` is for the listener and says what to do.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message


class DecoderFailed(Exception):
    """The decoder stopped for a reason that is not the upload's fault; the same upload may be tried again."""


class JobNotFound(Exception):
    """There is no such job."""


class JobMismatch(Exception):
    """A job of this identifier exists for another track or person."""


class ModelUnknown(Exception):
    """There is no model of this name; the list of models says which there are."""


class ModelNotInPlan(Exception):
    """The person's plan does not have this model."""

    def __init__(self, model: str, plan_title: str, models: Sequence[str]) -> None:
        """`models` are those that the plan has."""
        super().__init__(f"The {plan_title} plan does not have the model {model}; it has {', '.join(models)}.")
        self.facts: Mapping[str, str] = {"model": model, "models": ",".join(models)}


class PlanWithoutDefault(Exception):
    """The person's plan has no model to take when none is named: its own is gone or unlicensed, and no other may be."""

    def __init__(self, plan_title: str, models: Sequence[str]) -> None:
        """`models` are those of the plan that can be named."""
        remedy = (
            f"Name one of its models: {', '.join(models)}." if models else "Ask whoever runs this service to mend it."
        )
        super().__init__(f"The {plan_title} plan has no model to take when none is named. {remedy}")
        self.facts: Mapping[str, str] = {"models": ",".join(models)}


class QueueFull(Exception):
    """Too many songs are waiting; please try again in a little while."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("Too many songs are waiting; please try again in a little while.")
        self.retry_after_s = retry_after_s


class UploadRefused(Exception):
    """This upload cannot be separated; the text is for the listener, `reason` is an UPPER_SNAKE word for programs."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class MinutesExhausted(Exception):
    """The plan has too few minutes left; `facts` go with the refusal as they came."""

    def __init__(self, message: str, facts: dict[str, str]) -> None:
        super().__init__(message)
        self.facts = facts


class UploadGone(Exception):
    """The upload has been erased, so it cannot be separated (again); upload the song once more."""


class TrackGone(Exception):
    """The track was deleted or is not being separated any more."""


class AttemptFenced(Exception):
    """A newer attempt has taken over; nothing of this one counts any more."""


class LengthOverrun(Exception):
    """The file holds more sound than it declared; upload it again in a format that states its length."""


class DependencyAway(Exception):
    """Another part of the system cannot be reached now; the same step may succeed later."""

    retry_after_s = 2.0

    def __init__(self, part: str, detail: str = "") -> None:
        super().__init__(f"The {part} cannot be reached just now; please try again.")
        self.part = part
        self.detail = detail


class AdmissionLapsed(Exception):
    """Taking in this song took too long and was undone; please try again."""


class LeaseLost(Exception):
    """The job was cancelled, or another worker holds it now."""


class ModelChanged(Exception):
    """The model was replaced before this song was done: its stems would be of two networks."""


class FindingsRefused(Exception):
    """The library does not take what the song came to: it cannot have been measured so."""


class EngineFailed(Exception):
    """The model's engine refused or spoiled a chunk, several times over."""
