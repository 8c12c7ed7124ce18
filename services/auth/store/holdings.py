"""What auth holds of a person, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.datamap.classes import DataClass
from chassis.db.census import Basis, Kept, Kind
from chassis.db.of_person import of_each

KINDS = (
    Kind(
        *("account", DataClass.ACCOUNT, Kept.ACCOUNT_LIFE, Basis.CONTRACT),
        ("accounts.user_id", "accounts.created_at", "accounts.closed_at"),
        "accounts WHERE user_id = $1",
        "created_at",
    ),
    Kind(
        *("email_address", DataClass.ACCOUNT, Kept.ACCOUNT_LIFE, Basis.CONTRACT),
        ("accounts.email", "accounts.email_key", "accounts.email_verified_at"),
        "accounts WHERE user_id = $1 AND email IS NOT NULL",
    ),
    Kind(
        *("display_name", DataClass.ACCOUNT, Kept.ACCOUNT_LIFE, Basis.CONTRACT, ("accounts.display_name",)),
        "accounts WHERE user_id = $1 AND display_name <> ''",
    ),
    Kind(
        *("age_confirmation", DataClass.ACCOUNT, Kept.ACCOUNT_LIFE, Basis.LEGAL_DUTY),
        ("accounts.age_confirmed_at",),
        "accounts WHERE user_id = $1 AND age_confirmed_at IS NOT NULL",
        "age_confirmed_at",
    ),
    Kind(
        *("policy_acceptances", DataClass.ACCOUNT, Kept.ACCOUNT_LIFE, Basis.LEGAL_DUTY, ("policy_acceptances",)),
        "policy_acceptances WHERE user_id = $1",
        "accepted_at",
    ),
    Kind(
        *("policy_tellings", DataClass.ACCOUNT, Kept.ACCOUNT_LIFE, Basis.LEGAL_DUTY, ("policy_tellings",)),
        "policy_tellings WHERE user_id = $1",
        "told_at",
    ),
    Kind(
        *("password", DataClass.SECRET, Kept.ACCOUNT_LIFE, Basis.CONTRACT, ("accounts.password_hash",)),
        "accounts WHERE user_id = $1 AND password_hash IS NOT NULL",
    ),
    Kind(
        *("identities", DataClass.ACCOUNT, Kept.ACCOUNT_LIFE, Basis.CONTRACT, ("identities",)),
        "identities WHERE user_id = $1",
        "created_at",
    ),
    Kind(
        *("sessions", DataClass.SECURITY, Kept.PURGED, Basis.LEGITIMATE_INTEREST, ("sessions",)),
        "sessions WHERE user_id = $1",
        "created_at",
    ),
    Kind(
        *("refresh_tokens", DataClass.SECRET, Kept.PURGED, Basis.CONTRACT, ("refresh_tokens",)),
        of_each("refresh_tokens", "session_id", "session_id", "sessions AS h WHERE h.user_id = $1"),
    ),
    Kind(
        *("passkeys", DataClass.SECURITY, Kept.UNTIL_DELETED, Basis.CONTRACT, ("passkeys",)),
        "passkeys WHERE user_id = $1",
        "created_at",
    ),
    Kind(
        *("passkey_handles", DataClass.PSEUDONYMOUS, Kept.ACCOUNT_LIFE, Basis.CONTRACT, ("passkey_handles",)),
        "passkey_handles WHERE user_id = $1",
    ),
    Kind(
        *("second_factor", DataClass.SECRET, Kept.UNTIL_DELETED, Basis.CONTRACT, ("second_factors",)),
        "second_factors WHERE user_id = $1",
        "set_at",
    ),
    Kind(
        *("recovery_codes", DataClass.SECRET, Kept.UNTIL_DELETED, Basis.CONTRACT, ("recovery_codes",)),
        "recovery_codes WHERE user_id = $1",
    ),
    Kind(
        *("api_keys", DataClass.SECURITY, Kept.UNTIL_DELETED, Basis.CONTRACT, ("api_keys",)),
        "api_keys WHERE user_id = $1",
        "created_at",
    ),
    Kind(
        *("mails", DataClass.ACCOUNT, Kept.PURGED, Basis.CONTRACT, ("mails",)),
        "mails WHERE user_id = $1",
    ),
    # Those of their address, too, that were asked for while nobody had it.
    Kind(
        *("mailed_codes", DataClass.ACCOUNT, Kept.PURGED, Basis.LEGITIMATE_INTEREST, ("email_codes",)),
        "(SELECT made_at FROM email_codes WHERE user_id = $1"
        " UNION ALL SELECT made_at FROM email_codes WHERE user_id IS NULL"
        " AND email_key = (SELECT email_key FROM accounts WHERE user_id = $1)) AS codes",
        "made_at",
    ),
    Kind(
        *("sign_in_links", DataClass.SECRET, Kept.PURGED, Basis.CONTRACT, ("sign_in_links",)),
        "sign_in_links WHERE user_id = $1",
    ),
    # Of an address, which may be a stranger's try; whose address it is may know.
    Kind(
        *("waiting_sign_ups", DataClass.ACCOUNT, Kept.PURGED, Basis.CONTRACT, ("pending_sign_ups",)),
        "pending_sign_ups WHERE email_key = (SELECT email_key FROM accounts WHERE user_id = $1)",
        "made_at",
    ),
    Kind(
        *("sign_in_steps", DataClass.SECRET, Kept.PURGED, Basis.LEGITIMATE_INTEREST),
        ("sign_in_challenges", "passkey_challenges"),
        "(SELECT user_id FROM sign_in_challenges WHERE user_id = $1"
        " UNION ALL SELECT user_id FROM passkey_challenges WHERE user_id = $1) AS steps",
    ),
    Kind(
        *("provider_sign_ins", DataClass.ACCOUNT, Kept.PURGED, Basis.CONTRACT, ("provider_sign_ins",)),
        "provider_sign_ins WHERE user_id = $1",
        "created_at",
    ),
    Kind(
        *("device_sign_ins", DataClass.SECURITY, Kept.PURGED, Basis.LEGITIMATE_INTEREST, ("device_sign_ins",)),
        "device_sign_ins WHERE user_id = $1",
        "created_at",
    ),
)

UNCOUNTED: Mapping[str, str] = {
    "policy_versions": "versions of the policy, and how far its announcing has come: a name that goes within minutes",
}
