"""What the library keeps for a time, and removes by its own clock (`app/sweep.py`): nothing waits to be asked for.

Uploads go at the word of retention, which holds their deadline by a duty of its own.
"""

from __future__ import annotations

BY_OWN_CLOCK = (
    "uploads",
    "tracks",
    "shares",
    "webhook_deliveries",
    "webhook_attempts",
    "made_requests",
    "needless_objects",
    "inbox",
    "dead_letters",
)
"""Tables, those of the chassis among them."""
