"""The other issuers whose session tokens are taken, and their keys."""

from __future__ import annotations

import dataclasses

from chassis.tokens.errors import KeysAway
from chassis.tokens.key_document import DOCUMENT_BYTES_MAX
from chassis.tokens.keys import Keys, Times
from chassis.tokens.rules import clerk
from services.auth.clients.http_documents import HttpDocuments
from services.auth.domain.errors import IssuerAway

KEY_SET_PATH = "/.well-known/jwks.json"


@dataclasses.dataclass(frozen=True)
class SessionIssuer:
    """One of them: whose tokens, for which pages, and their keys."""

    issuer: str
    parties: tuple[str, ...]
    keys: Keys

    async def document(self, kid: str) -> str:
        """Its key set, asked for anew where it may hold this key by now; empty while nothing of it is known."""
        try:
            return await self.keys.document(kid)
        except KeysAway:
            return ""


def clerk_issuer(
    http: HttpDocuments, issuer: str, parties: tuple[str, ...], times: Times | None = None
) -> SessionIssuer:
    """Clerk's, whose keys are at its own address."""

    async def fetch(deadline_s: float, kid: str) -> str:
        try:
            return await http.text(issuer + KEY_SET_PATH, deadline_s=deadline_s, bytes_max=DOCUMENT_BYTES_MAX)
        except IssuerAway as error:
            raise KeysAway(issuer) from error

    rules = clerk(issuer, frozenset(parties))
    return SessionIssuer(issuer, parties, Keys(fetch, rules.algorithms, issuer=issuer, times=times))
