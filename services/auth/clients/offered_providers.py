"""The providers that are set up, each with the way to it."""

from __future__ import annotations

from collections.abc import Sequence

from services.auth.app.provider_ports import Offered, Providers
from services.auth.clients.http_documents import HttpDocuments
from services.auth.clients.openid_road import OpenIdRoad
from services.auth.domain.provider import Provider

REDIRECT_PATH = "/v1/auth/providers/{provider}/callback"
"""The gateway's, below the public address; each provider has one of its own."""


def offered_providers(
    http: HttpDocuments, providers: Sequence[Provider], public_url: str, other_issuers: Sequence[str] = ()
) -> Providers:
    """Reads each secret's file. Raises OSError."""

    def offered(provider: Provider) -> Offered:
        secret = provider.client_secret_file.read_text(encoding="utf-8").strip()
        redirect_uri = public_url.rstrip("/") + REDIRECT_PATH.format(provider=provider.provider)
        return Offered(provider, OpenIdRoad(http, provider, secret, redirect_uri))

    return Providers({each.provider: offered(each) for each in providers}, other_issuers)
