"""Every check by which a promise is proved, built or still to be built."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from services.retention.domain.account_erasure import HOLDERS

HOUR_S = 3600.0
SOON_S = 300.0
"""Of what has a deadline: less than that would find no more, and each look costs every holder something."""
ITSELF = "retention"
"""In place of a holder: what retention knows by its own tables and settings."""
EVERYBODY = (ITSELF, *HOLDERS)
PARTIES: Mapping[str, str] = {
    "sign_in_parties": "sign_in",
    "payment_parties": "payments",
    "storage_parties": "storage",
    "mail_parties": "mail",
}
"""Figure of what an installation's settings name -> the party's label in a policy."""
UNLISTED = "parties_not_listed"
"""Counted by retention, which knows the policy: parties that are used, and that the clause does not list."""


@dataclasses.dataclass(frozen=True)
class Check:
    """What it looks at, whom it asks, and what their figures mean. One that asks nobody is not built."""

    looks_at: str
    asks: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    """Figures that break the promise where there is any."""
    unless: tuple[str, ...] = ()
    """Figures with which nobody can say whether it is kept, where there is any."""
    tells: tuple[str, ...] = ()
    """Figures that are told and decide nothing."""
    told_by: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """Which of the figures a service has to tell, of those that do not tell all of them."""
    every_s: float = HOUR_S
    remedy: str = ""
    """What whoever runs the installation can do; of one that is not built, why it is not."""

    @property
    def is_built(self) -> bool:
        """Whether it can be run."""
        return bool(self.asks)

    @property
    def figures(self) -> tuple[str, ...]:
        """All that it must be told before it can say anything."""
        return (*self.tells, *self.none_of, *self.unless)

    def figures_of(self, service: str) -> tuple[str, ...]:
        """All that a service must tell, for nobody else can."""
        return self.told_by.get(service, tuple(figure for figure in self.figures if figure != UNLISTED))


_DATA_MAP = "name what is not mapped in the owner's datamap.yaml, or take it away: its columns say which service it is"
_LOG = "see retention's log for what is not erased, and why; docs/runbooks/PromiseBroken.md goes on from there"
_USAGE = "usage is stored and this check does not yet compare it with consents: build that before anything is noted"

CHECKS: Mapping[str, Check] = {
    "account_data_is_mapped": Check(
        "whether accounts hold anything that the data map does not name",
        asks=(ITSELF, "auth", "billing"),
        none_of=("columns_not_mapped",),
        tells=("columns_mapped",),
        remedy=_DATA_MAP,
    ),
    "audio_data_is_mapped": Check(
        "whether audio is held anywhere that the data map does not name",
        asks=("library", "separation"),
        none_of=("columns_not_mapped", "rooms_not_mapped"),
        tells=("columns_mapped", "rooms_mapped"),
        told_by={"separation": ("columns_mapped", "columns_not_mapped", "rooms_not_mapped")},
        remedy=_DATA_MAP,
    ),
    "usage_only_with_consent": Check(
        "whether usage is noted of anybody who has not consented",
        asks=EVERYBODY,
        unless=("usage_columns", "columns_not_mapped"),
        tells=("columns_mapped",),
        remedy=_USAGE,
    ),
    "no_card_numbers": Check(
        "whether anything that is held of payments could be a card's number",
        asks=("billing",),
        none_of=("card_numbers_found",),
        tells=("texts_searched", "payment_columns_searched"),
        remedy="find and empty it: of a card, its type and last four digits are kept; then find what wrote it",
    ),
    "uses_are_named": Check(
        "whether personal data is read for a use that is not named",
        remedy="no code says yet for which purpose it reads what is personal, so that nothing can be compared",
    ),
    "no_human_access": Check(
        "whether an operator read audio without an entry in its owner's ledger",
        remedy="a sign-in link lets an admin in as a person, whose songs play then, and nobody counts that yet",
    ),
    "uploads_erased_in_time": Check(
        "whether an upload outlived, or outlives, its 24 hours",
        asks=(ITSELF, "library"),
        none_of=("erased_late", "held_past_deadline", "uploads_past_deadline", "upload_objects_left"),
        tells=("uploads_erased", "erased_uploads_examined"),
        told_by={
            ITSELF: ("uploads_erased", "erased_late", "held_past_deadline"),
            "library": ("erased_uploads_examined", "uploads_past_deadline", "upload_objects_left"),
        },
        every_s=SOON_S,
        remedy=_LOG,
    ),
    "expired_things_purged": Check(
        "whether anything is held past its life",
        asks=EVERYBODY,
        none_of=("rows_past_life",),
        tells=("kinds_examined",),
        remedy="a service's purge or sweep does not do its work: see that service's log",
    ),
    "no_path_to_training": Check(
        "whether what serves people and what trains models can reach each other",
        asks=EVERYBODY,
        none_of=("paths_to_training",),
        tells=("modules_read",),
        remedy="take the import out: training has its own data, and neither imports the other",
    ),
    "deleted_tracks_gone": Check(
        "whether the objects of deleted tracks went when they had to",
        asks=(ITSELF, "library"),
        none_of=("tracks_erased_late", "tracks_being_deleted_too_long", "track_objects_left"),
        tells=("tracks_erased", "deleted_tracks_examined"),
        told_by={
            ITSELF: ("tracks_erased", "tracks_erased_late"),
            "library": ("deleted_tracks_examined", "tracks_being_deleted_too_long", "track_objects_left"),
        },
        every_s=SOON_S,
        remedy=_LOG,
    ),
    "third_parties_are_named": Check(
        "whether this installation's settings name a third party that the policy does not list",
        asks=("auth", "billing", "library"),
        none_of=(UNLISTED,),
        tells=tuple(PARTIES),
        told_by={
            "auth": ("sign_in_parties", "mail_parties"),
            "billing": ("payment_parties",),
            "library": ("storage_parties",),
        },
        remedy="publish a version of the policy that lists the party (services/retention/policy), or do without it",
    ),
    "cookies_are_mapped": Check(
        "whether a cookie is set that the data map does not name",
        remedy="the gateway alone sets cookies, and answers browsers alone; a lint and a test hold it when it is built",
    ),
    "shared_only_as_listed": Check(
        "whether data goes anywhere that the policy does not list",
        remedy="settings say whom a service knows, not where its bytes go: what leaves the machine is not watched yet",
    ),
    "encrypted_everywhere": Check(
        "whether anything travels or lies in the clear",
        remedy="whether the public door is TLS is known to the proxy before it alone, which nobody asks yet",
    ),
    "accounts_erased_in_time": Check(
        "whether the erasure of a person takes longer than it may",
        asks=EVERYBODY,
        none_of=("accounts_erased_late", "accounts_waiting_too_long", "erased_people_left"),
        tells=("accounts_erased",),
        told_by=dict.fromkeys(HOLDERS, ("erased_people_left",)),
        every_s=SOON_S,
        remedy=_LOG,
    ),
    "usage_purged_in_time": Check(
        "whether usage data is older than two years",
        asks=EVERYBODY,
        unless=("usage_columns", "columns_not_mapped"),
        tells=("columns_mapped",),
        remedy=_USAGE,
    ),
    "payments_purged_in_time": Check(
        "whether payment records of erased accounts are older than seven years",
        asks=("billing",),
        none_of=("payment_records_past_seven_years",),
        tells=("erased_payers",),
        remedy="retention has billing remove them each hour: see its log for what is not purged, then billing's",
    ),
    "rights_are_self_served": Check(
        "whether a canary person gets each of their rights",
        remedy="there is no canary person yet, and not every right has its way",
    ),
    "children_are_refused": Check(
        "whether an account was made without a confirmed age, or a reported child's is still there",
        asks=(ITSELF, "auth"),
        none_of=("accounts_without_confirmed_age", "sign_up_asks_no_age", "reported_children_left"),
        tells=("accounts", "children_reported", "child_reports_waiting"),
        told_by={
            ITSELF: ("children_reported", "child_reports_waiting", "reported_children_left"),
            "auth": ("accounts", "accounts_without_confirmed_age", "sign_up_asks_no_age"),
        },
        remedy="whoever did not say so is asked at their next visit; `stripsession erase` removes who never answers",
    ),
    "region_is_stated": Check(
        "whether this installation states its region",
        asks=(ITSELF,),
        none_of=("region_not_stated",),
        remedy="set retention's region (on one machine STRIPSESSION_RETENTION__REGION), e.g. to eu-central",
    ),
    "versions_are_accepted": Check(
        "whether people were told of the version in force before it was, and accept what is",
        asks=("auth",),
        none_of=(
            *("people_not_told", "people_told_late"),
            *("acceptances_not_in_force", "accounts_without_acceptance"),
        ),
        unless=("policy_versions_unknown",),
        tells=("accounts", "people_accepted", "people_told_of_next", "people_without_address"),
        remedy="mail must go out some days before a version's day: see auth's log; docs/runbooks/PromiseBroken.md",
    ),
    "requests_are_recorded": Check(
        "whether a request is past its legal day unanswered, or its sender was not told of the answer",
        asks=(ITSELF,),
        none_of=("requests_past_legal_day", "requests_answered_late", "senders_not_told"),
        tells=("requests_waiting", "requests_answered"),
        remedy="`stripsession requests list` has them, soonest due first; see docs/runbooks/PrivacyRequestDue.md",
    ),
}
