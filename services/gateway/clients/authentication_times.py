"""When the bearer of a verified token last showed who they are."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

_SECONDS_MAX = 2**40


def authenticated_at(claims: Mapping[str, object]) -> datetime.datetime | None:
    """The claim `auth_time` (OpenID Connect Core, 2); None where it is absent or no time."""
    return _moment(claims.get("auth_time"))


def factor_verified_at(claims: Mapping[str, object]) -> datetime.datetime | None:
    """Clerk's claim `fva`: minutes since the first and the second factor were verified, -1 for never.

    They count at the token's making. A second factor counts where there is one, as it does here; None where the claim
    is absent or says nothing.
    """
    ages, issued = claims.get("fva"), _moment(claims.get("iat"))
    if issued is None or not isinstance(ages, list) or len(ages) != 2:
        return None
    first, second = (age if isinstance(age, int) and not isinstance(age, bool) else -1 for age in ages)
    minutes = second if second >= 0 else first
    if not 0 <= minutes <= _SECONDS_MAX // 60:
        return None
    try:
        return issued - datetime.timedelta(minutes=minutes)
    except OverflowError:
        return None


def _moment(value: object) -> datetime.datetime | None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _SECONDS_MAX:
        return None
    try:
        return datetime.datetime.fromtimestamp(value, datetime.UTC)
    except (OverflowError, ValueError):
        return None
