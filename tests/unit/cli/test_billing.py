"""What the operator is told of prices."""

from __future__ import annotations

from cli.billing import lines_of
from stripsession.billing.v1 import payment_service_pb2 as pb


def test_prices_are_told_with_what_is_missing() -> None:
    """Each offer's price is told with its interval; one without names the key to make, and the mode comes first."""
    answer = pb.CheckPricesResponse(
        is_test=True,
        prices=[
            pb.PriceCheck(price_lookup_key="pro", is_there=True, amount=1250, currency="eur", interval="month"),
            pb.PriceCheck(price_lookup_key="pack_hour", is_there=True, amount=300, currency="usd"),
            pb.PriceCheck(price_lookup_key="studio"),
        ],
    )
    assert lines_of(answer) == (
        "Test mode: no money moves.",
        "pro        12.50 EUR a month",
        "pack_hour  3.00 USD, once",
        "studio     has no price",
        "",
        "Make a price with the lookup key studio at the provider; docs/hosting.md says how.",
    )


def test_nothing_is_asked_for_where_all_is_there() -> None:
    """Live mode is named, and nothing is to be done."""
    answer = pb.CheckPricesResponse(
        prices=[pb.PriceCheck(price_lookup_key="pro", is_there=True, amount=1200, currency="usd", interval="year")]
    )
    assert lines_of(answer) == ("Live mode: money moves.", "pro  12.00 USD a year")
