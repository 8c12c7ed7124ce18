"""The policy in force, or an earlier version of it."""

from __future__ import annotations

from collections.abc import Mapping

from services.retention.domain.errors import PolicyVersionNotFound
from services.retention.domain.policy import Policy


def get_policy(policies: Mapping[int, Policy], version: int) -> Policy:
    """That version; 0 means the one in force, which is the newest. Raises PolicyVersionNotFound."""
    found = policies.get(version or max(policies))
    if found is None:
        raise PolicyVersionNotFound
    return found
