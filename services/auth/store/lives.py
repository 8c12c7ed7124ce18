"""What auth keeps for a time, and removes by its own clock (`app/forget_remains.py`): nothing waits to be asked for."""

from __future__ import annotations

BY_OWN_CLOCK = (
    "sessions",
    "refresh_tokens",
    "sign_in_links",
    "identities",
    "provider_sign_ins",
    "webhook_messages",
    "email_codes",
    "pending_sign_ups",
    "mails",
    "api_keys",
    "device_sign_ins",
    "passkey_challenges",
    "sign_in_challenges",
    "inbox",
    "dead_letters",
    "operator_acts",
    "operator_act_outcomes",
)
"""Tables, those of the chassis among them."""
