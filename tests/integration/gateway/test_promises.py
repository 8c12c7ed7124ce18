"""Whether promises are kept, told to everybody."""

from __future__ import annotations

from services.gateway.api.promise_routes import promises_json
from stripsession.retention.v1 import promise_service_pb2 as pb
from tests.integration.gateway.conftest import Door
from tests.integration.gateway.fake_promises import EXAMPLE


async def test_promises_are_told_to_everybody(door: Door) -> None:
    """Nobody need sign in to read what each check found, and whatever stands between may keep it for a minute."""
    answer = await door.http.get("/v1/privacy/promises")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=60"
    told = answer.json()
    told["promises"][0]["figures"].sort(key=lambda each: each["name"], reverse=True)
    assert told == EXAMPLE


def test_what_this_gateway_does_not_know_is_never_called_kept() -> None:
    """A state that a newer retention tells is one of which nobody can say anything."""
    unknown: dict[str, object] = {"state": 77}
    told = promises_json(pb.ListPromisesResponse(promises=[pb.Promise(clause_id="3", **unknown)]))  # type: ignore[arg-type]  # a value of a later contract
    assert told["promises"] == [
        {
            "clause_id": "3",
            "title": {"en": "", "de": ""},
            "check": "",
            "state": "cannot_say",
            "reason": "",
            "service": "",
            "figures": [],
            "broken_by": [],
            "looked_at": None,
            "proved_at": None,
        }
    ]
