"""What answers about providers hold, as JSON Schema, and an example of each."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.shapes import Schema, list_of, moment, of, one_of, structure, text, yes_no

PROVIDER = "google"
_GOOGLE = {"provider": PROVIDER, "kind": "google", "name": "Google"}
_CONNECTION = {"provider": _GOOGLE, "connected_at": "2030-05-04T09:30:00.000Z", "is_last_way_in": False}

PROVIDER_SCHEMAS: Mapping[str, Schema] = {
    "SignInProvider": structure(
        "A provider that people may sign in by.",
        provider=text("Names it in requests."),
        kind=of("ProviderKind"),
        name=text("What people call it."),
    ),
    "ProviderKind": one_of("Whose look its button has: google has its own, oidc has ours.", "google", "oidc"),
    "ProviderList": structure(
        "The providers of this server.", providers=list_of("SignInProvider", "All of them; none is usual.")
    ),
    "ProviderRoad": structure(
        "Where to go.",
        authorization_url=text("The provider's page. The browser that got this answer opens it, and no other can."),
    ),
    "ProviderNewcomer": structure(
        "Somebody who has no account yet.",
        confirmation=one_of("What is asked of them: to confirm that they are old enough.", "age"),
        provider=of("SignInProvider"),
        email=text("Their address, where the provider has verified it; else empty."),
        display_name=text("Their name, where the provider told it; else empty."),
    ),
    "Connection": structure(
        "A provider that signs you in.",
        provider=of("SignInProvider"),
        connected_at=moment("Since when."),
        is_last_way_in=yes_no("Whether nothing else would sign you in; then it cannot be taken away."),
    ),
    "Connections": structure("The providers that sign you in.", connections=list_of("Connection", "All of them.")),
}
PROVIDER_EXAMPLES: Mapping[str, object] = {
    "ProviderList": {"providers": [_GOOGLE]},
    "ProviderRoad": {
        "authorization_url": "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=1234"
    },
    "ProviderNewcomer": {
        "confirmation": "age",
        "provider": _GOOGLE,
        "email": "ada@example.org",
        "display_name": "Ada",
    },
    "Connection": _CONNECTION,
    "Connections": {"connections": [_CONNECTION]},
}
