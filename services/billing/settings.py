"""Every setting of billing, with its unit."""

from __future__ import annotations

import dataclasses

from chassis.settings import ServiceSettings, SettingsInvalid
from services.billing.domain.errors import UnknownPlan
from services.billing.domain.plans import catalogue


@dataclasses.dataclass(frozen=True, kw_only=True)
class BillingSettings(ServiceSettings):
    """What billing is told, beyond what every service is."""

    default_plan: str = "free"
    """Name of the plan of everybody who was put on none."""

    def __post_init__(self) -> None:
        """Raises SettingsInvalid when the default plan is none of ours."""
        try:
            catalogue(self.default_plan)
        except UnknownPlan as error:
            raise SettingsInvalid(f"STRIPSESSION_DEFAULT_PLAN is malformed: {error}") from error
