"""What is known of each promise, as JSON Schema, and an example of it."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.shapes import Schema, count, list_of, moment, of, one_of, or_null, structure, text, texts

STATES = ("kept", "broken", "cannot_say", "not_built")

PROMISE_SCHEMAS: Mapping[str, Schema] = {
    "PromiseState": one_of(
        "kept or broken: by what was found less than a day ago; cannot_say: `reason` tells why; not_built: there is no"
        " such check yet.",
        *STATES,
    ),
    "PromiseFigure": structure(
        "One thing that was counted.",
        name=text("What, as held_past_deadline."),
        count=count("How many; what is counted up to a bound stops there."),
    ),
    "Promise": structure(
        "One clause of the policy, and what its check found last.",
        clause_id=text("The clause's number, as in getPolicy."),
        title=of("PolicyText"),
        check=text("The check that proves it. Several clauses may have the same."),
        state=of("PromiseState"),
        reason=text("Why nobody can say, as a fixed word; empty otherwise."),
        service=text("The service whose part is missing; empty where it is none's."),
        figures=list_of("PromiseFigure", "What was counted; none where nothing was."),
        broken_by=texts("Names of the figures that break it; none unless it is broken."),
        looked_at=or_null(moment("When the last look was made; null before the first.")),
        proved_at=or_null(moment("When it was found kept for the last time; null where it never was.")),
    ),
    "Promises": structure(
        "Every clause of the policy in force, and its evidence.",
        version=count("The version of the policy."),
        region=text("The region in which this installation says that it processes data; empty where it says none."),
        promises=list_of("Promise", "In the order of the clauses."),
    ),
}
PROMISE_EXAMPLES: Mapping[str, object] = {
    "Promises": {
        "version": 1,
        "region": "eu-central",
        "promises": [
            {
                "clause_id": "9.2",
                "title": {"en": "Uploads", "de": "Uploads"},
                "check": "uploads_erased_in_time",
                "state": "kept",
                "reason": "",
                "service": "",
                "figures": [{"name": "uploads_erased", "count": 12}, {"name": "erased_late", "count": 0}],
                "broken_by": [],
                "looked_at": "2026-12-01T10:00:00.000Z",
                "proved_at": "2026-12-01T10:00:00.000Z",
            }
        ],
    }
}
