"""Versions of a policy for tests: one in force for years, one since yesterday, and one from in ten days on."""

from __future__ import annotations

import datetime

from services.auth.app.keep_policy_versions import keep_policy_versions
from services.auth.domain.policy_version import PolicyVersion
from tests.unit.auth.fakes import World

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
"""Where a manual clock begins."""
DAY = datetime.timedelta(days=1)
FIRST = PolicyVersion(1, NOW - 1000 * DAY)
SECOND = PolicyVersion(2, NOW - DAY)
THIRD = PolicyVersion(3, NOW + 10 * DAY, {"en": "It names what is new.", "de": "Sie nennt, was neu ist."})
ALL = (FIRST, SECOND, THIRD)


async def published(*versions: PolicyVersion, sends_mail: bool = False, confirms_sign_ups: bool = False) -> World:
    """Auth, told of these."""
    made = World(sends_mail=sends_mail, confirms_sign_ups=confirms_sign_ups)
    await keep_policy_versions(made.ports, versions or ALL)
    return made
