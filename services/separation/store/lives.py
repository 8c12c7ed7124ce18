"""What separation keeps for a time, and removes by its own clock: facts alone. Jobs stay as long as their owner."""

from __future__ import annotations

BY_OWN_CLOCK = (
    "inbox",
    "dead_letters",
)
"""Tables, those of the chassis among them."""
