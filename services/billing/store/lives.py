"""What billing keeps for a time and removes by its own clock; payment records go as retention asks (`Purge`)."""

from __future__ import annotations

BY_OWN_CLOCK = (
    "received_events",
    "checkout_orders",
    "open_grants",
    "inbox",
    "dead_letters",
    "operator_acts",
    "operator_act_outcomes",
)
"""Tables, those of the chassis among them."""
