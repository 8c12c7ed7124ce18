"""How a person stands towards the privacy policy, as JSON Schema, and an example of it."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.mapping import Json, moment
from services.gateway.api.shapes import Schema, count, list_of, of, or_null, structure, yes_no
from services.gateway.api.shapes import moment as a_moment
from stripsession.auth.v1 import policy_acceptance_service_pb2 as pb

ACCEPTANCE_SCHEMAS: Mapping[str, Schema] = {
    "PolicyDue": structure(
        "A version of the privacy policy, and what is new in it. Its text is getPolicy.",
        version=count("Its number."),
        in_force_from=a_moment("From when on it is in force."),
        changes=or_null(of("PolicyText"), "What is new in it; null of the first versions."),
    ),
    "PolicyAccepted": structure(
        "A version that you accepted.",
        version=count("Its number."),
        accepted_at=a_moment("When you first did."),
        at_sign_up=yes_no("Whether that was by signing up; else you were asked."),
    ),
    "PolicyAcceptance": structure(
        "How you stand towards the privacy policy.",
        in_force=or_null(of("PolicyDue"), "The version in force; null for some seconds after an installation's start."),
        is_accepted=yes_no("Whether you have accepted that."),
        is_asked=yes_no("Whether a notice is to ask you for it: you have not accepted it, and none has asked."),
        coming=or_null(of("PolicyDue"), "The next version, whose day is still to come; null where there is none."),
        is_told=yes_no("Whether a notice is to tell you of that: none has."),
        accepted=list_of("PolicyAccepted", "What you accepted, the newest first."),
    ),
}
_FIRST = {"version": 1, "accepted_at": "2029-11-20T18:30:00.000Z", "at_sign_up": True}
ACCEPTANCE_EXAMPLES: Mapping[str, object] = {
    "PolicyAcceptance": {
        "in_force": {
            "version": 3,
            "in_force_from": "2030-01-01T00:00:00.000Z",
            "changes": {"en": "This version names what is kept.", "de": "Diese Fassung nennt, was bleibt."},
        },
        "is_accepted": False,
        "is_asked": True,
        "coming": None,
        "is_told": False,
        "accepted": [_FIRST],
    }
}


def acceptance_json(answer: pb.GetPolicyAcceptanceResponse) -> Json:
    """What auth tells of a person."""
    return {
        "in_force": _due_json(answer.in_force) if answer.HasField("in_force") else None,
        "is_accepted": answer.is_accepted,
        "is_asked": answer.is_asked,
        "coming": _due_json(answer.coming) if answer.HasField("coming") else None,
        "is_told": answer.is_told,
        "accepted": [
            {"version": each.version, "accepted_at": moment(each.accepted_at), "at_sign_up": each.at_sign_up}
            for each in answer.accepted
        ],
    }


def _due_json(policy: pb.KeptPolicyVersion) -> Json:
    return {
        "version": policy.version,
        "in_force_from": moment(policy.in_force_from),
        "changes": dict(policy.changes) or None,
    }
