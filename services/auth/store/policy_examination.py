"""Whether people were told of the privacy policy in force before it was, and accepted what was in force."""

from __future__ import annotations

import datetime

from chassis.db.examining import Figures, count_up_to
from chassis.db.pool import Database
from services.auth.domain.policy_version import PolicyVersion, coming, in_force

JUST_BEFORE = datetime.timedelta(hours=2)
"""Who signs up so shortly before a version's day is asked for it as they come: announcing goes round each hour."""
AT_FIRST = datetime.timedelta(days=1)
"""Where auth hears of the policy for the first time, what is in force by then is told of within this."""
OLD_CODE = datetime.timedelta(hours=1)
"""As long may processes from before this run beside the new ones, and sign people up without noting anything."""
LATELY = datetime.timedelta(days=1)
"""What was late before that stands in the history."""
# Of whoever was here before a version's day ($2), and can be written to.
_OLDER = "accounts AS a WHERE a.created_at < $2 AND a.closed_at IS NULL"
_TOLD = "SELECT 1 FROM policy_tellings AS t WHERE t.user_id = a.user_id AND t.version = $1 AND t.way <> 'operator'"
_ACCEPTED = "SELECT 1 FROM policy_acceptances AS c WHERE c.user_id = a.user_id AND c.version >= $1"
_NOT_TOLD = f"SELECT 1 FROM {_OLDER} AND NOT EXISTS ({_TOLD}) AND NOT EXISTS ({_ACCEPTED})"  # noqa: S608 - of the above
_TOLD_LATE = (
    f"SELECT 1 FROM {_OLDER} AND a.email IS NOT NULL AND EXISTS ({_TOLD} AND t.told_at >= $4)"  # noqa: S608 - of the above
    f" AND NOT EXISTS ({_TOLD} AND t.told_at < $3)"
)
# A version that auth heard of after its day is accepted by nobody before; those of the first telling are of their day.
_SINCE = (
    "CASE WHEN v.known_at <= (SELECT min(known_at) FROM policy_versions)"
    " THEN v.in_force_from ELSE greatest(v.in_force_from, v.known_at) END"
)
_IN_FORCE_THEN = (
    f"SELECT coalesce(max(v.version) FILTER (WHERE {_SINCE} <= c.accepted_at), min(v.version))"  # noqa: S608 - of the above
    " FROM policy_versions AS v"
)
_NOT_IN_FORCE = f"SELECT 1 FROM policy_acceptances AS c WHERE c.version > 0 AND c.version <> ({_IN_FORCE_THEN})"  # noqa: S608 - of the above
_NEVER_ASKED = (
    "SELECT 1 FROM accounts AS a WHERE a.created_at >= $1 AND a.closed_at IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM policy_acceptances AS c WHERE c.user_id = a.user_id)"
    " AND NOT EXISTS (SELECT 1 FROM policy_tellings AS t WHERE t.user_id = a.user_id AND t.way = 'operator')"
)
_NOTHING = (
    *("accounts", "people_accepted", "people_told_of_next", "people_without_address"),
    *("people_not_told", "people_told_late", "acceptances_not_in_force", "accounts_without_acceptance"),
)


async def examine_acceptances(database: Database, now: datetime.datetime) -> Figures:
    """Counted over open accounts; where auth was never told of the policy, that alone."""
    rows = await database.pool.fetch("SELECT version, in_force_from, known_at FROM policy_versions")
    versions = [PolicyVersion(row["version"], row["in_force_from"]) for row in rows]
    current, following = in_force(versions, now), coming(versions, now)
    if current is None:
        return {**dict.fromkeys(_NOTHING, 0), "policy_versions_unknown": 1}
    first_known, known_at = min(row["known_at"] for row in rows), {row["version"]: row["known_at"] for row in rows}
    is_of_the_first = known_at[current.version] <= first_known
    told_by = max(current.in_force_from, first_known + AT_FIRST) if is_of_the_first else current.in_force_from
    of_it = (current.version, current.in_force_from - JUST_BEFORE)
    lately = max(told_by, now - LATELY)
    return {
        "policy_versions_unknown": 0,
        "accounts": await count_up_to(database, "SELECT 1 FROM accounts WHERE closed_at IS NULL"),
        "people_accepted": await count_up_to(
            database, "SELECT 1 FROM policy_acceptances WHERE version = $1", current.version
        ),
        "people_told_of_next": await count_up_to(
            database,
            "SELECT DISTINCT user_id FROM policy_tellings WHERE version = $1 AND way <> 'operator'",
            following.version if following is not None else 0,
        ),
        # Nobody can write to them: the notice waits until they come.
        "people_without_address": await count_up_to(database, f"{_NOT_TOLD} AND a.email IS NULL", *of_it),
        "people_not_told": (
            await count_up_to(database, f"{_NOT_TOLD} AND a.email IS NOT NULL", *of_it) if now >= told_by else 0
        ),
        "people_told_late": await count_up_to(database, _TOLD_LATE, *of_it, told_by, lately),
        "acceptances_not_in_force": await count_up_to(database, _NOT_IN_FORCE),
        "accounts_without_acceptance": await count_up_to(database, _NEVER_ASKED, first_known + OLD_CODE),
    }
