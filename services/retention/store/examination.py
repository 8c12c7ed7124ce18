"""What retention counts of its own tables, and says by its own settings, for the checks of promises."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from chassis import training
from chassis.clock import Clock
from chassis.db.examining import (
    Figures,
    Look,
    count_up_to,
    examine_columns,
    examine_erased,
    examine_leavings,
    examine_usage,
)
from chassis.db.pool import Database
from services.retention.app.run_checks import HISTORY_LIFE
from services.retention.domain.account_closing import OVER_LIFE, WITHDRAWN_LIFE
from services.retention.domain.checks import ITSELF
from services.retention.domain.deletion import ACCOUNT_RECEIPT_LIFE
from services.retention.domain.errors import ExaminationFailed
from services.retention.domain.export import RECORD_LIFE
from services.retention.domain.finding import Reason
from services.retention.domain.privacy_request import CONTENT_LIFE
from services.retention.domain.privacy_request import RECORD_LIFE as REQUEST_LIFE

PLACE = "services/retention/store"
UPLOAD_DEADLINE = datetime.timedelta(hours=24, minutes=1)
"""What is promised, and the time that an erasure at the deadline itself takes."""
TRACK_DEADLINE = datetime.timedelta(minutes=1)
ACCOUNT_DEADLINE = datetime.timedelta(hours=1)
TELLING_DEADLINE = datetime.timedelta(days=1)
"""In which a mail about an answer has to be on its way."""
_LOOKS_BACK = datetime.timedelta(days=1)
"""What was late before that was found then, and stands in the history."""
_AT_ONCE = datetime.timedelta()
_HAS_PARTS = "EXISTS (SELECT 1 FROM export_parts AS p WHERE p.export_id = e.export_id OFFSET 0)"
_LEAVINGS = (
    ("SELECT 1 FROM findings WHERE seen_at < $1", HISTORY_LIFE),
    ("SELECT 1 FROM account_receipts WHERE signed_at < $1", ACCOUNT_RECEIPT_LIFE),
    ("SELECT 1 FROM account_closings WHERE withdrawn_at < $1", WITHDRAWN_LIFE),
    (
        "SELECT 1 FROM account_closings JOIN account_erasures USING (user_id) WHERE begun_at < $1 AND finished_at < $1",
        OVER_LIFE,
    ),
    # Copies of what people have: no longer than it can be downloaded, and then its record for a while.
    ("SELECT 1 FROM exports WHERE state = 'ready' AND expires_at < $1", _AT_ONCE),
    ("SELECT 1 FROM exports WHERE over_at < $1", RECORD_LIFE),
    (f"SELECT 1 FROM exports AS e WHERE over_at < $1 AND {_HAS_PARTS}", _AT_ONCE),  # noqa: S608 - the constant above
    ("SELECT 1 FROM privacy_requests WHERE ended_at < $1 AND text <> ''", CONTENT_LIFE),
    ("SELECT 1 FROM privacy_requests WHERE ended_at < $1", REQUEST_LIFE),
)
_OF_PEOPLE = ("erasures", "track_erasures", "receipt_salts")
# Each by its owner, which OFFSET 0 has a planner do: it would read whole tables for a join.
_HAS_ANY = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE owner_id = user_id OFFSET 0)" for table in _OF_PEOPLE)  # noqa: S608 - one of the names above
# Whoever a backup brought back may have asked for another since, or for something else, until they are erased again.
_HAS_EXPORT = "EXISTS (SELECT 1 FROM exports AS e WHERE e.user_id = a.user_id AND e.asked_at <= a.finished_at OFFSET 0)"
_LEFT = (
    f"SELECT 1 FROM account_erasures WHERE finished_at IS NOT NULL AND ({_HAS_ANY})",  # noqa: S608 - the constant above
    # Of these there are few, and none is found by its owner.
    "SELECT 1 FROM duties JOIN account_erasures ON user_id = owner_id WHERE finished_at IS NOT NULL",
    f"SELECT 1 FROM account_erasures AS a WHERE finished_at IS NOT NULL AND {_HAS_EXPORT}",  # noqa: S608 - the constant above
    (
        "SELECT 1 FROM account_erasures WHERE finished_at IS NOT NULL AND EXISTS"
        " (SELECT 1 FROM privacy_requests AS r WHERE r.user_id = account_erasures.user_id"
        " AND r.received_at <= account_erasures.finished_at OFFSET 0)"
    ),
)


class Examination:
    """Retention's part of each check."""

    def __init__(self, database: Database, clock: Clock, region: str) -> None:
        """`region` is what the settings say, or nothing."""
        self._database = database
        self._clock = clock
        self._region = region

    async def examine(self, check: str) -> Figures:
        """What there is. Raises ExaminationFailed."""
        look = self.looks().get(check)
        if look is None:
            raise ExaminationFailed(ITSELF, Reason.FAILED)
        return await look()

    def looks(self) -> Mapping[str, Look]:
        """By the name of the check."""
        return {
            "account_data_is_mapped": lambda: examine_columns(self._database, PLACE),
            "uploads_erased_in_time": self._uploads,
            "deleted_tracks_gone": self._tracks,
            "accounts_erased_in_time": self._accounts,
            "expired_things_purged": lambda: examine_leavings(self._database, self._clock.now(), _LEAVINGS),
            "usage_only_with_consent": lambda: examine_usage(self._database, PLACE),
            "usage_purged_in_time": lambda: examine_usage(self._database, PLACE),
            "no_path_to_training": training.examine_imports,
            "region_is_stated": self._stated,
            "children_are_refused": self._children,
            "requests_are_recorded": self._requests,
        }

    async def _uploads(self) -> Figures:
        now = self._clock.now()
        erased = "SELECT 1 FROM erasures WHERE erased_at > $1"
        return {
            "uploads_erased": await count_up_to(self._database, erased, now - _LOOKS_BACK),
            "erased_late": await count_up_to(
                self._database,
                f"{erased} AND erased_at - uploaded_at > $2",
                now - _LOOKS_BACK,
                UPLOAD_DEADLINE,
            ),
            "held_past_deadline": await count_up_to(
                self._database, "SELECT 1 FROM duties WHERE uploaded_at < $1", now - UPLOAD_DEADLINE
            ),
        }

    async def _tracks(self) -> Figures:
        since = self._clock.now() - _LOOKS_BACK
        erased = "SELECT 1 FROM track_erasures WHERE erased_at > $1"
        late = f"{erased} AND erased_at - asked_at > $2"
        return {
            "tracks_erased": await count_up_to(self._database, erased, since),
            "tracks_erased_late": await count_up_to(self._database, late, since, TRACK_DEADLINE),
        }

    async def _accounts(self) -> Figures:
        now = self._clock.now()
        erased = "SELECT 1 FROM account_erasures WHERE finished_at > $1"
        late = f"{erased} AND finished_at - requested_at > $2"
        waiting = "SELECT 1 FROM account_erasures WHERE finished_at IS NULL AND requested_at < $1"
        return {
            **await examine_erased(self._database, _LEFT),
            "accounts_erased": await count_up_to(self._database, erased, now - _LOOKS_BACK),
            "accounts_erased_late": await count_up_to(self._database, late, now - _LOOKS_BACK, ACCOUNT_DEADLINE),
            "accounts_waiting_too_long": await count_up_to(self._database, waiting, now - ACCOUNT_DEADLINE),
        }

    async def _children(self) -> Figures:
        reported = "SELECT 1 FROM account_erasures WHERE reason = 'child'"
        left = f"{reported} AND finished_at IS NULL AND requested_at < $1"
        return {
            "children_reported": await count_up_to(self._database, reported),
            "child_reports_waiting": await count_up_to(
                self._database, "SELECT 1 FROM privacy_requests WHERE state = 'open' AND kind = 'child'"
            ),
            "reported_children_left": await count_up_to(self._database, left, self._clock.now() - ACCOUNT_DEADLINE),
        }

    async def _requests(self) -> Figures:
        now = self._clock.now()
        waiting = "SELECT 1 FROM privacy_requests WHERE state = 'open'"
        answered = "SELECT 1 FROM privacy_requests WHERE ended_at > $1 AND state = 'answered'"
        late = f"{answered} AND ended_at >= (due_on + 1)::timestamp AT TIME ZONE 'UTC'"
        untold = "SELECT 1 FROM privacy_requests WHERE tell_at IS NOT NULL AND coalesce(ended_at, extended_at) < $1"
        return {
            "requests_waiting": await count_up_to(self._database, waiting),
            "requests_past_legal_day": await count_up_to(
                self._database, f"{waiting} AND due_on < $1", now.astimezone(datetime.UTC).date()
            ),
            "requests_answered": await count_up_to(self._database, answered, now - _LOOKS_BACK),
            "requests_answered_late": await count_up_to(self._database, late, now - _LOOKS_BACK),
            "senders_not_told": await count_up_to(self._database, untold, now - TELLING_DEADLINE),
        }

    async def _stated(self) -> Figures:
        return {"region_not_stated": int(not self._region)}
