"""The plans and packs on offer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from services.billing.domain.errors import UnknownPlan

_MINUTE_S = 60
_HOUR_S = 3600
_YEAR_DAYS = 365
ANY_MODEL = "*"


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a person may separate. `name` is for programs, `title` for people."""

    name: str
    title: str
    seconds_a_month: int
    longest_song_s: int
    parallel_jobs: int
    priority: str = "standard"
    """Name of the tier in which its jobs wait."""
    formats: tuple[str, ...] = ()
    """Formats that stems may be downloaded in; none named means every one."""
    trial_days: int = 0
    """Days for which it may be used before the first payment, once for each person; 0 for none."""
    price_lookup_keys: tuple[str, ...] = ()
    """Names of its prices at the payment provider, where the amounts are; none for what is not sold."""
    models: tuple[str, ...] = ()
    """Names of the models that may be asked for; none named means every one."""
    default_model: str = ""
    """The model taken when none is named; empty is the installation's."""


@dataclasses.dataclass(frozen=True)
class Pack:
    """Minutes that are bought once, beside a plan, and can be used for a while."""

    name: str
    title: str
    seconds: int
    life_days: int
    price_lookup_key: str


@dataclasses.dataclass(frozen=True)
class Offers:
    """Everything on offer."""

    plans: tuple[Plan, ...]
    packs: tuple[Pack, ...] = ()


PLANS = (
    Plan(
        "free",
        "Free",
        seconds_a_month=60 * _MINUTE_S,
        longest_song_s=15 * _MINUTE_S,
        parallel_jobs=1,
        formats=("mp3", "m4a", "opus", "wav"),
    ),
    Plan(
        "pro",
        "Pro",
        seconds_a_month=1_000 * _MINUTE_S,
        longest_song_s=60 * _MINUTE_S,
        parallel_jobs=3,
        priority="priority",
        price_lookup_keys=("stripsession_pro_monthly", "stripsession_pro_yearly"),
    ),
    Plan(
        "studio",
        "Studio",
        seconds_a_month=6_000 * _MINUTE_S,
        longest_song_s=12 * _HOUR_S,
        parallel_jobs=5,
        priority="first",
        price_lookup_keys=("stripsession_studio_monthly", "stripsession_studio_yearly"),
    ),
    # For a machine of one's own, where minutes cost nobody anything.
    Plan("home", "Home", seconds_a_month=100_000 * _MINUTE_S, longest_song_s=45 * _MINUTE_S, parallel_jobs=2),
)
PACKS = (
    Pack("hour", "60 minutes", 60 * _MINUTE_S, _YEAR_DAYS, "stripsession_pack_hour"),
    Pack("album", "5 hours", 300 * _MINUTE_S, _YEAR_DAYS, "stripsession_pack_album"),
    Pack("archive", "20 hours", 1_200 * _MINUTE_S, _YEAR_DAYS, "stripsession_pack_archive"),
)
OFFERS = Offers(PLANS, PACKS)


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """Plans and packs, and the plan of people who were put on none."""

    plans: tuple[Plan, ...]
    default: Plan
    packs: tuple[Pack, ...] = ()

    def named(self, name: str) -> Plan:
        """The plan of this name. Raises UnknownPlan."""
        for plan in self.plans:
            if plan.name == name:
                return plan
        raise UnknownPlan

    def of_person(self, assigned: str | None) -> Plan:
        """The plan of a person who was put on `assigned`; the default when that is none or is offered no longer."""
        return next((plan for plan in self.plans if plan.name == assigned), self.default)


def catalogue(
    default_name: str, models: Mapping[str, Sequence[str]] | None = None, offers: Offers = OFFERS
) -> Catalogue:
    """What is on offer with this default plan, and with what `models` says of the plans that it names.

    A plan's first model is its default; `*` among them lets every model be asked for. Raises UnknownPlan.
    """
    plans = offers.plans
    for name, allowed in (models or {}).items():
        if name not in [plan.name for plan in plans]:
            raise UnknownPlan(_unknown(name, plans))
        named = tuple(model for model in allowed if model != ANY_MODEL)
        lawful, first = () if ANY_MODEL in allowed else named, named[0] if named else ""
        plans = tuple(
            dataclasses.replace(plan, models=lawful, default_model=first) if plan.name == name else plan
            for plan in plans
        )
    for plan in plans:
        if plan.name == default_name:
            return Catalogue(plans, plan, offers.packs)
    raise UnknownPlan(_unknown(default_name, plans))


def models_by_plan(text: str) -> Mapping[str, Sequence[str]]:
    """Read `free=baseline pro=quartet,baseline studio=quartet,*`. Raises ValueError."""
    found: dict[str, Sequence[str]] = {}
    for part in text.split():
        plan, sign, models = part.partition("=")
        names = models.split(",")
        if not sign or not plan or not all(names) or plan in found:
            raise ValueError(f"{part!r} is not PLAN=MODEL,MODEL with each plan named once")
        found[plan] = names
    return found


def _unknown(name: str, plans: Sequence[Plan]) -> str:
    return f"There is no plan {name!r}; there are {', '.join(plan.name for plan in plans)}."
