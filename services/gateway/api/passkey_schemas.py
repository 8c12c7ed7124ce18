"""What answers about passkeys hold, as JSON Schema, with an example of each, and of what browsers send."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.shapes import Schema, list_of, moment, or_null, structure, text, yes_no

PASSKEY_ID = "pky_8f3b1c7d5e9a4b2c6d0e7f1a3b5c9d2e"
_MADE_AT = "2030-05-04T09:30:00.000Z"
_CREDENTIAL_ID = "n1wQm8y0Rk6Jt5c3bXvZ2g"
# {"type": ..., "challenge": ..., "origin": ...}, as browsers write it, in base64url.
_OF_CREATE = "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0"
_OF_GET = "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0"
CREATED: Mapping[str, object] = {
    "id": _CREDENTIAL_ID,
    "rawId": _CREDENTIAL_ID,
    "type": "public-key",
    "response": {
        "clientDataJSON": _OF_CREATE,
        "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVg",
        "transports": ["internal", "hybrid"],
    },
}
"""What a browser made."""
USED: Mapping[str, object] = {
    "id": _CREDENTIAL_ID,
    "rawId": _CREDENTIAL_ID,
    "type": "public-key",
    "response": {
        "clientDataJSON": _OF_GET,
        "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ",
        "signature": "MEUCIQDc0h6Fv9T3o2k5xK8b1m",
        "userHandle": "b3BhcXVl",
    },
}
"""What a browser answered."""

_OPTIONS: Schema = {
    "type": "object",
    "additionalProperties": True,
    "description": "PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON of WebAuthn level"
    " 3: read it by PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON.",
}
PASSKEY_SCHEMAS: Mapping[str, Schema] = {
    "PasskeyQuestion": structure("What to ask a browser.", options=_OPTIONS),
    "Passkey": structure(
        "A passkey.",
        passkey_id=text("Names it."),
        name=text("What you call it."),
        created_at=moment("When it was added."),
        last_used_at=or_null(moment("When it was last used; null for never.")),
    ),
    "PasskeyList": structure(
        "Your passkeys.",
        passkeys=list_of("Passkey", "Newest first."),
        is_offered=yes_no("Whether you can add one here."),
    ),
}

_PASSKEY: Mapping[str, object] = {
    "passkey_id": PASSKEY_ID,
    "name": "This phone",
    "created_at": _MADE_AT,
    "last_used_at": None,
}
EXAMPLES: Mapping[str, object] = {
    "PasskeyQuestion": {
        "options": {
            "challenge": "kP3xT9mB2vQ7rL5wZ1yD8sJ4nH6cF0aG_eUiOoRtXcY",
            "timeout": 300000,
            "rpId": "stripsession.example",
            "allowCredentials": [],
            "userVerification": "required",
        }
    },
    "Passkey": _PASSKEY,
    "PasskeyList": {"passkeys": [_PASSKEY], "is_offered": True},
}
