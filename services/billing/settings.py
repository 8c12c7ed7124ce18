"""Every setting of billing, with its unit."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from chassis.settings import ServiceSettings, SettingsInvalid
from services.billing.domain.errors import UnknownPlan
from services.billing.domain.offer_file import offers_in
from services.billing.domain.plans import OFFERS, Catalogue, Offers, catalogue, models_by_plan


@dataclasses.dataclass(frozen=True, kw_only=True)
class BillingSettings(ServiceSettings):
    """What billing is told, beyond what every service is."""

    default_plan: str = "free"
    """Name of the plan of everybody who was put on none."""
    plan_models: str = ""
    """Models by plan, e.g. `free=baseline pro=quartet,baseline studio=quartet,*`.

    A plan's first is taken when none is named; `*` is every model. A plan that is not named has every model.
    """
    offers_file: Path | None = None
    """A JSON file of plans and packs that are on offer in place of ours."""
    expire_every_s: float = 900.0
    """Pause between two looks for grants that have ended."""

    def __post_init__(self) -> None:
        """Raises SettingsInvalid when the offers, the default plan, or a plan with models of its own are malformed."""
        self.catalogue()
        if self.expire_every_s <= 0:
            raise SettingsInvalid("STRIPSESSION_EXPIRE_EVERY_S is malformed: it must be above 0")

    def catalogue(self) -> Catalogue:
        """What is on offer. Raises SettingsInvalid."""
        offers = self._offers()
        try:
            catalogue(self.default_plan, offers=offers)
        except UnknownPlan as error:
            raise SettingsInvalid(f"STRIPSESSION_DEFAULT_PLAN is malformed: {error}") from error
        try:
            return catalogue(self.default_plan, models_by_plan(self.plan_models), offers)
        except (UnknownPlan, ValueError) as error:
            raise SettingsInvalid(f"STRIPSESSION_PLAN_MODELS is malformed: {error}") from error

    def _offers(self) -> Offers:
        if self.offers_file is None:
            return OFFERS
        try:
            return offers_in(self.offers_file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsInvalid(f"STRIPSESSION_OFFERS_FILE {self.offers_file} cannot be used: {error}") from error
