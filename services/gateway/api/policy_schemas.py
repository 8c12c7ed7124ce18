"""The privacy policy, as JSON Schema, and an example of it."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.shapes import Schema, count, list_of, of, or_null, structure, text, yes_no

FRAME = ("version", "from", "data", "deadline", "basis", "parties", "versions", "home", "coming")
"""Words that a page needs around the clauses."""

POLICY_SCHEMAS: Mapping[str, Schema] = {
    "PolicyText": structure("A text in each language.", en=text("English."), de=text("German.")),
    "PolicyVersion": structure(
        "A version of the policy.",
        version=count("Its number."),
        date=text("The day from which it is in force, as 2026-12-01.", format="date"),
        digest=text("SHA-256 of all that a reader sees of it."),
        is_coming=yes_no("Whether its day is still to come: it is announced, and another is in force."),
        changes=or_null(of("PolicyText"), "What is new in it; null in the first versions."),
    ),
    "PolicyClause": structure(
        "One promise.",
        clause_id=text("Its number, the same in every version. On the page it is at #clause- and this."),
        title=of("PolicyText"),
        text=of("PolicyText"),
        data=list_of("PolicyText", "Data that it is about."),
        deadline=of("PolicyText"),
        basis=of("PolicyText"),
        parties=list_of("PolicyText", "Third parties that may see some of it, by what they do."),
    ),
    "PolicySection": structure(
        "Some clauses under a title.",
        section_id=text("Its number."),
        title=of("PolicyText"),
        clauses=list_of("PolicyClause", "In their order."),
    ),
    "PolicyFrame": structure(
        "Words that a page needs around the clauses.", **{name: of("PolicyText") for name in FRAME}
    ),
    "Policy": structure(
        "One version of the privacy policy, and which others there are.",
        version=of("PolicyVersion"),
        title=of("PolicyText"),
        lead=of("PolicyText"),
        sections=list_of("PolicySection", "In their order."),
        frame=of("PolicyFrame"),
        versions=list_of("PolicyVersion", "Every version, the newest first."),
    ),
}
_DIGEST = "736243d55dda368fc394301f31fed4b09d76202515b2f8321aeceb05ac579771"
_VERSION = {"version": 1, "date": "2026-12-01", "digest": _DIGEST, "is_coming": False, "changes": None}
POLICY_EXAMPLES: Mapping[str, object] = {
    "Policy": {
        "version": _VERSION,
        "title": {"en": "Privacy policy", "de": "Datenschutzerklärung"},
        "lead": {"en": "What is held of you.", "de": "Was von dir aufbewahrt wird."},
        "sections": [
            {
                "section_id": "9",
                "title": {"en": "How long it is kept", "de": "Wie lange es aufbewahrt wird"},
                "clauses": [
                    {
                        "clause_id": "9.2",
                        "title": {"en": "Uploads", "de": "Uploads"},
                        "text": {
                            "en": "Uploads are deleted after processing, within 24 hours.",
                            "de": "Uploads werden nach der Verarbeitung gelöscht, innerhalb von 24 Stunden.",
                        },
                        "data": [{"en": "audio", "de": "Audio"}],
                        "deadline": {"en": "24 hours at most", "de": "höchstens 24 Stunden"},
                        "basis": {
                            "en": "to give you what you asked for",
                            "de": "um dir zu geben, was du verlangt hast",
                        },
                        "parties": [{"en": "file storage", "de": "Dateispeicher"}],
                    }
                ],
            }
        ],
        "frame": {name: {"en": name.capitalize(), "de": name.capitalize()} for name in FRAME},
        "versions": [_VERSION],
    }
}
