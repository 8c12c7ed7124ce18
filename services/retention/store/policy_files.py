"""Published versions of the policy, from their files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from chassis.datamap.classes import DataClass
from services.retention.domain.checks import CHECKS
from services.retention.domain.policy import Policy, PolicyInvalid, read_policy

FOLDER = Path(__file__).parent.parent / "policy"


def read_policies(folder: Path = FOLDER) -> Mapping[int, Policy]:
    """Every version, by its number. Raises PolicyInvalid for a fault in one, and for one that is not what it was."""
    digests = {int(version): digest for version, digest in _toml(folder / "digests.toml").items()}
    policies: dict[int, Policy] = {}
    for path in sorted((folder / "versions").glob("*.toml"), key=lambda each: int(each.stem)):
        policy = read_policy(_toml(path), set(DataClass), CHECKS)
        if str(policy.version) != path.stem:
            raise PolicyInvalid(f"{path.name} says that it is version {policy.version}")
        if digests.get(policy.version) != policy.digest:
            raise PolicyInvalid(
                f"{path.name} is not what digests.toml says: a published text is never changed, it gets a new version;"
                f" the digest of a new one is {policy.digest}"
            )
        before = max(policies, default=0)
        if before and policy.date < policies[before].date:
            raise PolicyInvalid(f"version {policy.version} is dated before version {before}, which it follows")
        policies[policy.version] = policy
    if not policies or sorted(policies) != sorted(digests):
        raise PolicyInvalid(f"there are versions {sorted(policies)}, and digests of {sorted(digests)}")
    return policies


def _toml(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
