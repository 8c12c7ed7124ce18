"""Every setting of billing, with its unit."""

from __future__ import annotations

import dataclasses

from chassis.settings import ServiceSettings, SettingsInvalid
from services.billing.domain.errors import UnknownPlan
from services.billing.domain.plans import catalogue, models_by_plan


@dataclasses.dataclass(frozen=True, kw_only=True)
class BillingSettings(ServiceSettings):
    """What billing is told, beyond what every service is."""

    default_plan: str = "free"
    """Name of the plan of everybody who was put on none."""
    plan_models: str = ""
    """Models by plan, e.g. `free=baseline pro=quartet,baseline studio=quartet,*`.

    A plan's first is taken when none is named; `*` is every model. A plan that is not named has every model.
    """

    def __post_init__(self) -> None:
        """Raises SettingsInvalid when the default plan, or one with models of its own, is none of ours."""
        try:
            catalogue(self.default_plan)
        except UnknownPlan as error:
            raise SettingsInvalid(f"STRIPSESSION_DEFAULT_PLAN is malformed: {error}") from error
        try:
            catalogue(self.default_plan, models_by_plan(self.plan_models))
        except (UnknownPlan, ValueError) as error:
            raise SettingsInvalid(f"STRIPSESSION_PLAN_MODELS is malformed: {error}") from error
