"""What the policy in force says is held is what the data maps say, place by place."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from chassis.datamap.classes import PERSONAL, DataClass
from chassis.datamap.document import Entry
from services.retention.app.get_policy import get_policy
from services.retention.domain.policy import Policy
from services.retention.store.policy_files import read_policies
from tests.integration.datamap.maps import STORED, all_maps, map_of
from tests.integration.datamap.test_export import given_by

IN_FORCE = get_policy(read_policies(), 0, datetime.date(2030, 1, 1))
TOLD: Mapping[str, Mapping[str, Sequence[str]]] = {
    "2.1": {
        "e-mail address": ["auth tables accounts.email*", "auth tables email_codes.email*"],
        "your name": ["auth tables accounts.display_name"],
        "when your account was made": ["auth tables accounts.c*_at"],
        "when you said that you are 13 or older": ["auth tables accounts.age_confirmed_at"],
        "your identity there": ["auth tables identities.*", "auth tables provider_sign_ins.*"],
        "what your password is checked against": ["auth tables accounts.password_hash"],
        "passkeys": ["auth tables passkeys.*", "auth tables passkey_challenges.*"],
        "your second step": ["auth tables second_factors.*", "auth tables recovery_codes.*"],
        "keys and mailed codes": [
            "auth tables api_keys.*",
            "auth tables email_codes.[!e]*",
            "auth tables sign_in_links.*",
        ],
        "the device and browser, and how and when you signed in": [
            "auth tables sessions.*",
            "auth tables refresh_tokens.*",
            "auth tables sign_in_challenges.*",
            "auth logs auth.provider",
        ],
        "a program that waits to be let in we hold its name and its IP address": ["auth tables device_sign_ins.*"],
        "Mail to you": ["auth tables mails.*", "stack files mail/*"],
        "A sign-up that nobody confirms": ["auth tables pending_sign_ups.*"],
        "webhooks": ["library tables webhook_endpoints.*"],
        "a fingerprint of the link by which you follow it": ["retention tables account_closings.token_hash"],
        "A secret by which your receipts are known to be yours": ["retention tables receipt_salts.salt"],
        "the one that opens the receipt of the account itself": ["retention tables account_receipts.opening"],
    },
    "2.2": {
        "songs that you upload": ["library objects uploads/", "* files /dev/shm/*"],
        "file names": ["library tables uploads.file_name"],
        "covers": ["library objects covers/"],
        "stems": ["separation objects stems/"],
        "title, artist, album, number, year, genre, tags": [
            *("library tables tracks.title", "library tables tracks.artist", "library tables tracks.tags"),
            *("library tables tracks.search_text", "library tables track_tags.[!w]*"),
        ],
        "tempo, key, loudness and waveform": [
            *("library tables segments.*", "library tables findings.*", "library tables segment_stems.peaks"),
        ],
        "the keys that these are sealed with": ["library tables *.wrapped_key"],
        "links by which you share a song, with how they play it": ["library tables shares.*"],
    },
    "2.4": {
        "the plan and its times": ["billing tables accounts.*", "billing tables customers.[!c]*"],
        "the minutes given and used": [
            *("billing tables grants.*", "billing tables postings.*", "billing tables entries.*"),
        ],
        "invoices with their number, amount and link": ["billing tables invoices.*"],
        "orders that you begin": ["billing tables checkout_orders.*"],
        "the last four digits and the type of the card": ["billing tables customers.card_*"],
        "The payment provider": ["stack files stripe/*"],
    },
    "6": {
        "Those of your session": ["gateway cookies stripsession_access", "gateway cookies stripsession_refresh"],
        "that of a sign-in by a provider within twenty minutes": ["gateway cookies stripsession_provider"],
        "for a year after the last time, also once you have signed out": ["gateway cookies *stripsession_device"],
        "your choices": [
            *(
                f"web browser local:stripsession.{name}"
                for name in ("language", "model", "players", "practice", "theme")
            ),
        ],
        "copies of songs and answers": ["web browser cache:stripsession.[ak]*"],
        "what an upload needs to go on": ["web browser *upload*", "web browser database:stripsession"],
        "the mark of a payment under way": ["web browser tab:stripsession.before-payment"],
    },
    "13": {
        "which version you accepted and when": ["auth tables policy_acceptances.*"],
        "when you were told of one, by mail or by a notice": ["auth tables policy_tellings.*"],
    },
    "14": {"a record is kept of each": ["retention tables privacy_requests.*"]},
}
"""Clause -> what its English text says -> the places that this is about, as `owner section name`."""
HOLDING_OTHERS = ("postgres/**", "objects/**", "certificates/**", "secrets/**")
"""Files that hold what other entries name, and the installation's own keys, which are of nobody."""
COPIES = "retention tables export_contents.content"
"""Of what other entries name, for a person to take with them (clause 10)."""


def held() -> dict[str, Entry]:
    """Every place that says something of a person, and every cookie."""
    entries = {f"{each.owner} {entry.section} {entry.name}": entry for each in all_maps() for entry in each.entries}
    return {
        place: entry
        for place, entry in entries.items()
        if (entry.data_class in PERSONAL or entry.section == "cookies")
        and entry.name not in HOLDING_OTHERS
        and place != COPIES
    }


def faults(policy: Policy, places: Mapping[str, Entry]) -> list[str]:
    """Sentences for what is held and not told, told and not held, and told of another class."""
    clauses = {clause.clause_id: clause for clause in policy.clauses}
    found, untold = [], set(places)
    for clause_id, sayings in TOLD.items():
        clause, classes = clauses[clause_id], set[str]()
        for saying, patterns in sayings.items():
            if saying not in clause.text["en"]:
                found.append(f"clause {clause_id} does not say: {saying}")
            for pattern in patterns:
                about = {place for place in places if fnmatchcase(place, pattern)}
                if not about:
                    found.append(f"clause {clause_id} tells of {pattern}, which is not held")
                classes |= {str(places[place].data_class) for place in about}
                untold -= about
        # What is not built yet is promised for the day that it is; what is pseudonymous is not among the places.
        surplus = set(clause.data) - classes - {DataClass.USAGE, DataClass.PSEUDONYMOUS}
        found += [f"clause {clause_id} is about {name}, of which it tells nothing" for name in sorted(surplus)]
        found += [
            f"clause {clause_id} tells of {name} and is not about it" for name in sorted(classes - set(clause.data))
        ]
    return found + [f"{place} is held, and no clause of TOLD tells of it" for place in sorted(untold)]


def test_what_is_held_is_told() -> None:
    """Each place that holds something of a person is in words of a clause, whose data are the classes of its places."""
    assert faults(IN_FORCE, held()) == []


def test_copies_for_their_person_are_told() -> None:
    """Whatever a column of a document is, and sound, which is given beside, the clause on people's rights is about."""
    (rights,) = (clause for clause in IN_FORCE.clauses if clause.clause_id == "10")
    assert "take it with you" in rights.text["en"]
    given = {DataClass.AUDIO}
    for service in STORED:
        classes = {entry.name: entry.data_class for entry in map_of(service).of("tables").values()}
        for document in given_by(service)[0]:
            given |= {classes[f"{document.table}.{column}"] for column in document.columns}
    # What is not built yet is promised for the day that it is.
    assert {*rights.data} - {DataClass.USAGE} == given & PERSONAL


def test_the_first_version_did_not_tell_it_all() -> None:
    """What the second version mended is found in the first: a cookie that stays, programs, webhooks, covers."""
    found = faults(read_policies()[1], held())
    for saying in (
        "2.1 does not say: a program that waits to be let in we hold its name and its IP address",
        "2.1 does not say: webhooks",
        "2.2 does not say: covers",
        "6 does not say: for a year after the last time, also once you have signed out",
    ):
        assert f"clause {saying}" in found


def test_a_new_place_must_be_told() -> None:
    """A column that says something of a person fails until the policy has words for it; so do words without a place."""
    places = held()
    entry = places.pop("auth tables accounts.display_name")
    places["auth tables accounts.birthday"] = entry
    assert faults(IN_FORCE, places) == [
        "clause 2.1 tells of auth tables accounts.display_name, which is not held",
        "auth tables accounts.birthday is held, and no clause of TOLD tells of it",
    ]
