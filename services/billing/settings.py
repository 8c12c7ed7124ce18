"""Every setting of billing, with its unit."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from chassis.settings import ServiceSettings, SettingsInvalid
from services.billing.domain.errors import UnknownPlan
from services.billing.domain.offer_file import offers_in
from services.billing.domain.plans import OFFERS, Catalogue, Offers, catalogue, models_by_plan


@dataclasses.dataclass(frozen=True)
class StripeKeys:
    """Secrets of an account at Stripe, which nothing prints."""

    secret_key: str = dataclasses.field(repr=False)
    webhook_secrets: tuple[str, ...] = dataclasses.field(repr=False)


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
    stripe_secret_key_file: Path | None = None
    """A file with the secret key of the account at Stripe; without one nothing can be bought."""
    stripe_webhook_secret_file: Path | None = None
    """A file with the secret that Stripe signs events with; two, a line each, while one takes over from the other."""
    stripe_api_url: str = ""
    """Where Stripe's API is found, for a stand-in; empty is Stripe itself."""
    public_url: str = ""
    """Where people find the page, e.g. https://stripsession.example: Stripe's pages lead back there."""
    grace_days: int = 7
    """Days for which a plan stays when a renewal's payment is late."""
    looks_every_s: float = 5.0
    """Pause between two looks for customers that have changed; one that hears of an event looks at once."""
    reconcile_look_every_s: float = 600.0
    """Pause between two looks whether the day's reconciliation is due, or one was cut off."""
    clock_ahead_s: float = 0.0
    """How far this process's clock goes ahead, for trying what time brings with a stand-in; never with Stripe."""

    def __post_init__(self) -> None:
        """Raises SettingsInvalid when the offers, the default plan, or a plan with models of its own are malformed."""
        self.catalogue()
        if self.expire_every_s <= 0:
            raise SettingsInvalid("STRIPSESSION_EXPIRE_EVERY_S is malformed: it must be above 0")
        if self.grace_days < 0 or self.looks_every_s <= 0 or self.reconcile_look_every_s <= 0:
            raise SettingsInvalid("STRIPSESSION_GRACE_DAYS must be 0 or more, and pauses above 0")
        if self.clock_ahead_s < 0 or (self.clock_ahead_s and not self.is_stand_in):
            raise SettingsInvalid("STRIPSESSION_CLOCK_AHEAD_S must be 0 but with a stand-in for Stripe on this machine")
        self.stripe_keys()

    @property
    def is_stand_in(self) -> bool:
        """Whether Stripe's place is taken by a program of this machine, where no money moves."""
        return self.stripe_api_url.startswith(("http://127.0.0.1:", "http://[::1]:", "http://localhost:"))

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

    def stripe_keys(self) -> StripeKeys | None:
        """How to reach the account at Stripe; None where payments are not set up. Raises SettingsInvalid."""
        if self.stripe_secret_key_file is None:
            return None
        secret_key = _secrets("STRIPSESSION_STRIPE_SECRET_KEY_FILE", self.stripe_secret_key_file)[0]
        if not secret_key.startswith(("sk_", "rk_")):
            raise SettingsInvalid("STRIPSESSION_STRIPE_SECRET_KEY_FILE holds no key that begins with sk_ or rk_")
        if self.stripe_webhook_secret_file is None:
            raise SettingsInvalid("STRIPSESSION_STRIPE_WEBHOOK_SECRET_FILE is missing: without it no event is believed")
        webhook_secrets = _secrets("STRIPSESSION_STRIPE_WEBHOOK_SECRET_FILE", self.stripe_webhook_secret_file)
        if not self.public_url.startswith(("http://", "https://")):
            raise SettingsInvalid("STRIPSESSION_PUBLIC_URL is missing or malformed: Stripe's pages lead back there")
        return StripeKeys(secret_key, webhook_secrets)

    def _offers(self) -> Offers:
        if self.offers_file is None:
            return OFFERS
        try:
            return offers_in(self.offers_file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsInvalid(f"STRIPSESSION_OFFERS_FILE {self.offers_file} cannot be used: {error}") from error


def _secrets(name: str, path: Path) -> tuple[str, ...]:
    """A file's lines that are not empty. Raises SettingsInvalid, which never quotes them."""
    try:
        found = tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"{name} {path} cannot be read: {type(error).__name__}") from error
    if not found:
        raise SettingsInvalid(f"{name} {path} is empty")
    return found
