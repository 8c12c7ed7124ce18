"""Billing's settings and its table of statuses."""

from __future__ import annotations

import inspect

import pytest

from chassis.settings import SettingsInvalid, load
from services.billing.api.statuses import STATUSES
from services.billing.domain import errors
from services.billing.domain.plans import catalogue, models_by_plan
from services.billing.settings import BillingSettings

ENVIRONMENT = {"STRIPSESSION_CERTIFICATES": "/certificates", "STRIPSESSION_NATS_URL": "nats://127.0.0.1:4222"}


def test_default_plan_is_free() -> None:
    """Where nothing is set, people without a plan are on the free one."""
    assert load(BillingSettings, ENVIRONMENT).default_plan == "free"


def test_unknown_default_plan_is_a_fault_of_settings() -> None:
    """A default plan that does not exist stops the service at its start, naming the setting and the plans."""
    with pytest.raises(SettingsInvalid, match=r"STRIPSESSION_DEFAULT_PLAN.*free, pro, studio, home"):
        load(BillingSettings, {**ENVIRONMENT, "STRIPSESSION_DEFAULT_PLAN": "gold"})


def test_models_are_given_to_plans_by_a_setting() -> None:
    """A plan's first model is its default, a star is every model, and a plan that is not named has every model."""
    text = "free=baseline pro=quartet,baseline studio=quartet,*"
    found = load(BillingSettings, {**ENVIRONMENT, "STRIPSESSION_PLAN_MODELS": text})
    plans = catalogue(found.default_plan, models_by_plan(found.plan_models))
    assert [(plan.models, plan.default_model) for plan in plans.plans] == [
        (("baseline",), "baseline"),
        (("quartet", "baseline"), "quartet"),
        ((), "quartet"),
        ((), ""),
    ]
    assert plans.default is plans.named("free")


@pytest.mark.parametrize("text", ["gold=baseline", "free", "free=", "=baseline", "free=a free=b", "free=a,,b"])
def test_models_of_no_plan_are_a_fault_of_settings(text: str) -> None:
    """A plan that does not exist, or a line that names no models, stops the service at its start."""
    with pytest.raises(SettingsInvalid, match="STRIPSESSION_PLAN_MODELS"):
        load(BillingSettings, {**ENVIRONMENT, "STRIPSESSION_PLAN_MODELS": text})


def test_every_domain_error_has_a_status() -> None:
    """No named error of billing reaches a caller as INTERNAL."""
    named = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)}
    assert named == set(STATUSES)


def test_the_clock_goes_ahead_only_with_a_stand_in() -> None:
    """Where Stripe itself takes payments, a clock of its own would end what people have paid for: it is refused."""
    ahead = {**ENVIRONMENT, "STRIPSESSION_CLOCK_AHEAD_S": "86400"}
    for address in ("", "https://api.stripe.com", "http://127.0.0.1.example.org:1"):
        with pytest.raises(SettingsInvalid, match="STRIPSESSION_CLOCK_AHEAD_S must be 0"):
            load(BillingSettings, {**ahead, "STRIPSESSION_STRIPE_API_URL": address})
    assert load(BillingSettings, {**ahead, "STRIPSESSION_STRIPE_API_URL": "http://127.0.0.1:1"}).clock_ahead_s == 86_400
