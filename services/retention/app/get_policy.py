"""The policy in force, or another version of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from services.retention.domain.errors import PolicyVersionNotFound
from services.retention.domain.policy import Policy, in_force


def get_policy(policies: Mapping[int, Policy], version: int, today: datetime.date) -> Policy:
    """That version, also one that is still to come; 0 means the one in force. Raises PolicyVersionNotFound."""
    found = policies.get(version) if version else in_force(policies, today)
    if found is None:
        raise PolicyVersionNotFound
    return found
