"""What auth gives of a person for them to keep: all that says something of them, and nothing that opens anything."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.db.export import document
from chassis.db.of_person import of_each

_SECRET = "a secret: whoever has it could sign in, and so could whoever finds the archive"  # noqa: S105 - says why secrets stay, and is none
_OURS = "how the service works, and nothing of the person"

DOCUMENTS = (
    document(
        *("accounts", "account", "user_id email display_name email_verified_at age_confirmed_at created_at closed_at"),
        owner="user_id",
        order="r.user_id",
        password_hash=_SECRET,
        email_key="the same address, folded so that two can be compared",
    ),
    document(
        *("identities", "identities", "issuer subject created_at ended_at"),
        owner="user_id",
        order="r.issuer, r.subject",
        told_at=_OURS,
    ),
    document(
        *("policy_acceptances", "policy_acceptances", "version accepted_at at_sign_up"),
        owner="user_id",
        order="r.version",
    ),
    document(
        *("policy_tellings", "policy_tellings", "version way told_at"),
        owner="user_id",
        order="r.version, r.way",
    ),
    document(
        "sessions",
        "sessions",
        "session_id created_at last_used_at expires_at ended_at device authenticated_at methods",
        owner="user_id",
        order="r.created_at, r.session_id",
    ),
    document(
        *("passkeys", "passkeys", "passkey_id name transports sign_count created_at last_used_at"),
        owner="user_id",
        order="r.created_at, r.passkey_id",
        credential_id="what the passkey itself is called towards this server, of no use elsewhere",
        public_key="what a signature of the passkey is checked with, of no use elsewhere",
    ),
    document(
        *("second_factors", "second_factor", "set_at wrong wrong_at"),
        owner="user_id",
        order="r.user_id",
        sealed=_SECRET,
        last_step=_OURS,
    ),
    document(
        *("recovery_codes", "recovery_codes", "used_at"),
        owner="user_id",
        order="r.used_at",
        code_hash=_SECRET,
    ),
    document(
        *("api_keys", "api_keys", "key_id name scopes ending created_at expires_at last_used_on revoked_at"),
        owner="user_id",
        order="r.created_at, r.key_id",
        key_hash=_SECRET,
        request_name_hash=_OURS,
        request_content_hash=_OURS,
    ),
    # Those of their address, too, that were asked for while nobody had it.
    document(
        *("email_codes", "mailed_codes", "purpose email made_at expires_at used_at"),
        rows="email_codes AS r WHERE r.user_id = $1 OR r.user_id IS NULL"
        " AND r.email_key = (SELECT email_key FROM accounts WHERE user_id = $1)",
        order="r.made_at, r.code_hash",
        code_hash=_SECRET,
        email_key="the account's address, or the same as email, folded so that two can be compared",
    ),
    document(
        *("device_sign_ins", "device_sign_ins", "client_name address approved created_at expires_at asked_at"),
        owner="user_id",
        order="r.created_at, r.device_hash",
        device_hash=_SECRET,
        user_code_hash=_SECRET,
        interval_s=_OURS,
    ),
    document(
        *("provider_sign_ins", "provider_sign_ins", "provider session_id created_at expires_at answered_at"),
        owner="user_id",
        order="r.created_at, r.state_hash",
        state_hash=_SECRET,
        browser_hash=_SECRET,
        sealed=_SECRET,
    ),
    document(
        *("refresh_tokens", "refresh_tokens", "session_id expires_at spent_at"),
        rows=of_each(
            *("refresh_tokens", "token_hash session_id expires_at spent_at", "session_id"),
            "sessions AS h WHERE h.user_id = $1",
        ),
        order="r.expires_at, r.token_hash",
        token_hash=_SECRET,
    ),
)

UNEXPORTED: Mapping[str, str] = {
    "policy_versions": "the published policy, which everybody reads, and how far its announcing has come",
    "sign_in_links": "links that sign in, which go within days",
    "mails": "letters that are being sent to the person within minutes",
    "pending_sign_ups": "whoever asked with this address may be somebody else, and what they typed is theirs",
    "passkey_handles": "what the account is called towards passkeys, of no use elsewhere",
    "passkey_challenges": "steps of a sign-in, gone within minutes",
    "sign_in_challenges": "steps of a sign-in, gone within minutes",
    "webhook_messages": "names of messages of an issuer that were acted on, and of nobody",
}
