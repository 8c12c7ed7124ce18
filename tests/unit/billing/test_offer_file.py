"""An operator's own plans and packs."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.settings import SettingsInvalid, load
from services.billing.api.mapping import pack_message, plan_message
from services.billing.domain.offer_file import AMOUNT_MAX, offers_in
from services.billing.domain.plans import OFFERS, Pack, Plan
from services.billing.settings import BillingSettings

ENVIRONMENT = {"STRIPSESSION_CERTIFICATES": "/certificates", "STRIPSESSION_NATS_URL": "nats://127.0.0.1:4222"}
PLAN = {
    "name": "free",
    "title": "Free",
    "minutes_a_month": 30,
    "longest_song_minutes": 10,
    "parallel_jobs": 1,
}
PACK = {"name": "hour", "title": "One hour", "minutes": 60, "life_days": 365, "price_lookup_key": "hour_once"}


def test_file_stands_in_place_of_our_offers(tmp_path: Path) -> None:
    """Plans and packs of the file are those on offer, in minutes there and seconds here, and no other ones."""
    band = {**PLAN, "name": "band", "priority": "first", "formats": ["wav"], "price_lookup_keys": ["band_monthly"]}
    path = tmp_path / "offers.json"
    path.write_text(json.dumps({"plans": [PLAN, band], "packs": [PACK]}))
    environment = {**ENVIRONMENT, "STRIPSESSION_OFFERS_FILE": str(path), "STRIPSESSION_PLAN_MODELS": "band=quartet"}
    found = load(BillingSettings, environment).catalogue()
    assert found.default == Plan("free", "Free", 1800, 600, 1)
    assert found.named("band").formats == ("wav",)
    assert (found.named("band").priority, found.named("band").default_model) == ("first", "quartet")
    assert found.packs == (Pack("hour", "One hour", 3600, 365, "hour_once"),)
    assert [plan.name for plan in found.plans] == ["free", "band"]


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        ([], "object of plans and packs"),
        ({"packs": []}, "object of plans and packs"),
        ({"plans": [], "prices": []}, "object of plans and packs"),
        ({"plans": []}, "has no plan"),
        ({"plans": {}}, "plans must be a list"),
        ({"plans": [1]}, "plan 1 must be an object"),
        ({"plans": [{**PLAN, "price": 5}]}, "plan 1 has 'price'"),
        ({"plans": [{**PLAN, "seconds_a_month": 5}]}, "plan 1 has 'seconds_a_month'"),
        ({"plans": [{**PLAN, "models": []}]}, "plan 1 has 'models'"),
        ({"plans": [{key: value for key, value in PLAN.items() if key != "title"}]}, "plan 1 has no title"),
        ({"plans": [{**PLAN, "minutes_a_month": 1.5}]}, "minutes_a_month of plan 1 must be a whole number"),
        ({"plans": [{**PLAN, "minutes_a_month": True}]}, "minutes_a_month of plan 1 must be a whole number"),
        ({"plans": [{**PLAN, "parallel_jobs": 0}]}, "parallel_jobs of plan 1 must be a whole number"),
        ({"plans": [{**PLAN, "parallel_jobs": 10**10}]}, "parallel_jobs of plan 1 must be a whole number"),
        ({"plans": [{**PLAN, "longest_song_minutes": 2**31 // 60 + 1}]}, "longest_song_minutes of plan 'free' must be"),
        ({"plans": [{**PLAN, "title": " "}]}, "title of plan 1 must be text"),
        ({"plans": [{**PLAN, "formats": "wav"}]}, "formats of plan 1 must be a list"),
        ({"plans": [{**PLAN, "priority": "gold"}]}, "priority of plan 'free' must be one of"),
        ({"plans": [PLAN, PLAN]}, "'free' is twice among the names of plans"),
        ({"plans": [PLAN], "packs": [PACK, {**PACK, "name": "two"}]}, "'hour_once' is twice among the price lookup"),
    ],
)
def test_faulty_file_is_refused_by_one_clear_line(found: object, fault: str, tmp_path: Path) -> None:
    """A file with a fault stops the service at its start, and the line names the setting, the file and the fault."""
    path = tmp_path / "offers.json"
    path.write_text(json.dumps(found))
    with pytest.raises(SettingsInvalid, match=rf"STRIPSESSION_OFFERS_FILE .*offers.json cannot be used: .*{fault}"):
        load(BillingSettings, {**ENVIRONMENT, "STRIPSESSION_OFFERS_FILE": str(path)})


def test_largest_amounts_can_be_told() -> None:
    """Whatever a file may say fits the contract's fields."""
    plan = {**PLAN, "minutes_a_month": AMOUNT_MAX, "parallel_jobs": AMOUNT_MAX, "longest_song_minutes": 2**31 // 60}
    packs = [{**PACK, "minutes": AMOUNT_MAX, "life_days": AMOUNT_MAX}]
    found = offers_in(json.dumps({"plans": [plan], "packs": packs}))
    assert plan_message(found.plans[0]).longest_song_s == 2**31 // 60 * 60
    assert pack_message(found.packs[0]).seconds == AMOUNT_MAX * 60


@pytest.mark.parametrize("text", ["", "{", '{"plans": [], "plans": []}', "[" * 100_000, '{"plans": [NaN]}', "\x00"])
def test_what_is_no_json_is_refused(text: str) -> None:
    """Broken, endless or ambiguous text is a fault of the file, and nothing worse."""
    with pytest.raises(ValueError, match=r"."):
        offers_in(text)


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A file that cannot be read stops the service at its start, as does one that is not text."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("none.json", "binary"):
        with pytest.raises(SettingsInvalid, match="STRIPSESSION_OFFERS_FILE"):
            load(BillingSettings, {**ENVIRONMENT, "STRIPSESSION_OFFERS_FILE": str(tmp_path / name)})


def test_default_plan_must_be_on_offer(tmp_path: Path) -> None:
    """A file without the default plan stops the service at its start, naming the plans that there are."""
    path = tmp_path / "offers.json"
    path.write_text(json.dumps({"plans": [{**PLAN, "name": "solo"}]}))
    with pytest.raises(SettingsInvalid, match=r"STRIPSESSION_DEFAULT_PLAN.*solo"):
        load(BillingSettings, {**ENVIRONMENT, "STRIPSESSION_OFFERS_FILE": str(path)})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*PLAN, *PACK, "plans", "packs"]), inner, max_size=8)
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_json_is_read_or_refused(found: object) -> None:
    """Whatever the file holds, it is offers or a fault of the file, and never another error."""
    with contextlib.suppress(ValueError):
        assert offers_in(json.dumps(found)).plans


def test_our_own_offers_would_pass_as_a_file() -> None:
    """What is on offer without a file keeps the file's rules: different names, keys, and tiers that there are."""
    plans = [
        {
            "name": plan.name,
            "title": plan.title,
            "minutes_a_month": plan.seconds_a_month // 60,
            "longest_song_minutes": plan.longest_song_s // 60,
            "parallel_jobs": plan.parallel_jobs,
            "priority": plan.priority,
            "formats": list(plan.formats),
            "price_lookup_keys": list(plan.price_lookup_keys),
        }
        for plan in OFFERS.plans
    ]
    packs = [
        {
            "name": pack.name,
            "title": pack.title,
            "minutes": pack.seconds // 60,
            "life_days": pack.life_days,
            "price_lookup_key": pack.price_lookup_key,
        }
        for pack in OFFERS.packs
    ]
    assert offers_in(json.dumps({"plans": plans, "packs": packs})) == OFFERS
