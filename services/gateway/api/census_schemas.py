"""What is held of a person, as JSON Schema, and an example of it."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.shapes import Schema, count, list_of, moment, of, or_null, structure, text, texts, yes_no

CENSUS_SCHEMAS: Mapping[str, Schema] = {
    "HeldTerm": structure(
        "A word of the privacy policy.",
        word=text("For programs, as in until_deleted."),
        text=or_null(of("PolicyText"), "For people; null where the policy in force does not have the word."),
    ),
    "Held": structure(
        "Things of one kind that one service holds of you.",
        holder=text("Which service, as in library."),
        kind=text("Its word for them, as in tracks."),
        title=or_null(of("PolicyText"), "What these are; null of a kind that there are no words for yet."),
        use=or_null(of("PolicyText"), "What they are used for; null as the title is."),
        count=count("How many."),
        is_at_least=yes_no("Whether there are more, which were not counted."),
        oldest_at=or_null(moment("When the oldest was made; null where nothing tells that.")),
        newest_at=or_null(moment("When the newest was made; null where nothing tells that.")),
        size_bytes=or_null(count("What all of it takes in storage; null where that is not counted.")),
        data_class=of("HeldTerm"),
        kept=of("HeldTerm"),
        basis=of("HeldTerm"),
    ),
    "HeldCookie": structure(
        "A cookie that this server may have your browser keep.",
        name=text("Its name."),
        data_class=text("Class of data, a word as those of `held` are."),
        text=of("PolicyText"),
    ),
    "Census": structure(
        "What is held of you.",
        asked_at=moment("When the services were asked."),
        held=list_of("Held", "By service and kind; what there is none of is left out."),
        away=texts("Services that could not be asked: what these hold is missing in `held`. Ask again later."),
        cookies=list_of("HeldCookie", "Whether your browser has them, it knows alone."),
    ),
}
CENSUS_EXAMPLES: Mapping[str, object] = {
    "Census": {
        "asked_at": "2030-01-02T03:04:05.000Z",
        "held": [
            {
                "holder": "library",
                "kind": "tracks",
                "title": {"en": "Tracks", "de": "Songs"},
                "use": {"en": "So that you find and play them.", "de": "Damit du sie findest und abspielst."},
                "count": 12,
                "is_at_least": False,
                "oldest_at": "2029-11-20T18:30:00.000Z",
                "newest_at": "2030-01-01T10:00:00.000Z",
                "size_bytes": None,
                "data_class": {
                    "word": "audio_metadata",
                    "text": {"en": "what is known of a song", "de": "Angaben zu einem Song"},
                },
                "kept": {
                    "word": "until_deleted",
                    "text": {
                        "en": "until you delete it or the account closes",
                        "de": "bis du es löschst oder das Konto endet",
                    },
                },
                "basis": {
                    "word": "contract",
                    "text": {
                        "en": "to give you what you asked for",
                        "de": "um dir zu geben, was du verlangt hast",
                    },
                },
            }
        ],
        "away": ["billing"],
        "cookies": [
            {
                "name": "stripsession_access",
                "data_class": "secret",
                "text": {
                    "en": "minutes; a signed token that says who is signed in, read by no script",
                    "de": "Minuten; ein signiertes Zeichen, wer angemeldet ist; kein Skript liest es",
                },
            }
        ],
    }
}
