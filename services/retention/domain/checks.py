"""Every check by which a promise is proved, built or still to be built."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Check:
    """What it looks at; one that is not built proves nothing, and says so."""

    looks_at: str
    is_built: bool = False


CHECKS: Mapping[str, Check] = {
    "account_data_is_mapped": Check("whether accounts hold anything that the data map does not name"),
    "audio_data_is_mapped": Check("whether audio is held anywhere that the data map does not name"),
    "usage_only_with_consent": Check("whether usage is noted of anybody who has not consented"),
    "no_card_numbers": Check("whether anything that is held could be a card's number"),
    "uses_are_named": Check("whether personal data is read for a use that is not named"),
    "no_human_access": Check("whether an operator read audio without an entry in its owner's ledger"),
    "uploads_erased_in_time": Check("whether an upload outlived, or outlives, its 24 hours"),
    "expired_things_purged": Check("whether anything is held past its life"),
    "no_path_to_training": Check("whether what serves people and what trains models can reach each other"),
    "deleted_tracks_gone": Check("whether the objects of deleted tracks went when they had to"),
    "third_parties_are_named": Check("whether this installation uses a third party that it does not name"),
    "cookies_are_mapped": Check("whether a cookie is set that the data map does not name"),
    "shared_only_as_listed": Check("whether data goes anywhere that the policy does not list"),
    "encrypted_everywhere": Check("whether anything travels or lies in the clear"),
    "accounts_erased_in_time": Check("whether the erasure of a person takes longer than it may"),
    "usage_purged_in_time": Check("whether usage data is older than two years"),
    "payments_purged_in_time": Check("whether payment records are older than seven years"),
    "rights_are_self_served": Check("whether a canary person gets each of their rights"),
    "children_are_refused": Check("whether an account was made without a confirmed age"),
    "region_is_stated": Check("whether this installation states its region"),
    "versions_are_accepted": Check("whether people were told of the version in force"),
    "requests_are_recorded": Check("whether a request is past its legal time"),
}
