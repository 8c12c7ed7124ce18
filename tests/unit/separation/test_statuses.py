"""Domain errors as callers see them."""

from __future__ import annotations

import inspect

from chassis.rpc.errors import refusal_for
from services.separation.api.statuses import STATUSES
from services.separation.domain import errors

WORKERS_OWN = {
    errors.AudioRefused,
    errors.TrackGone,
    errors.AttemptFenced,
    errors.LengthOverrun,
    errors.LeaseLost,
    errors.ModelChanged,
    errors.EngineFailed,
    errors.FindingsRefused,
}


def test_every_domain_error_has_its_place() -> None:
    """Each error either has a status or is known to end inside a worker."""
    every = {kind for _, kind in inspect.getmembers(errors, inspect.isclass)}
    assert every == set(STATUSES) | WORKERS_OWN


def test_reasons_and_texts_cross_as_they_are() -> None:
    """A refused upload carries the decoder's reason, a full queue says when to come back, minutes keep their facts."""
    refused = refusal_for(errors.UploadRefused("NOT_AUDIO", "This is not audio."), STATUSES)
    assert refused is not None
    assert (refused.code.name, refused.reason, refused.message) == (
        "INVALID_ARGUMENT",
        "NOT_AUDIO",
        "This is not audio.",
    )
    full = refusal_for(errors.QueueFull(30.0), STATUSES)
    assert full is not None
    assert (full.code.name, full.reason, full.retry_after_s) == ("UNAVAILABLE", "QUEUE_FULL", 30.0)
    exhausted = refusal_for(errors.MinutesExhausted("None left.", {"left_s": "0"}), STATUSES)
    assert exhausted is not None
    assert exhausted.facts == {"left_s": "0"}
