"""An OpenID provider of the house, and people who are on their way back from it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import httpx

from chassis.signing_keys import load_or_make
from services.auth.clients.signing_keys import mail_key
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.provider_sign_in import Connecting, ProviderSignIn, Told
from services.auth.store.provider_sign_ins import PostgresProviderSignIns
from stack.issuer.app import Issuer
from stack.issuer.openid import Client
from stripsession.auth.v1 import provider_service_pb2 as pb
from tests.integration.auth.clerk_house import issuing
from tests.plain import NO_TLS

if TYPE_CHECKING:
    from tests.integration.walks.house import House

PROVIDER = "home"
PUBLIC_URL = "http://127.0.0.1:1"
CLIENT = Client("walk", "a secret of the walk", (f"{PUBLIC_URL}/v1/auth/providers/{PROVIDER}/callback",))


@dataclasses.dataclass(frozen=True)
class Provided:
    """The provider, and a browser that goes there."""

    issuer: Issuer
    http: httpx.AsyncClient

    async def answer(self, road: pb.ProviderRoad) -> pb.ReceiveProviderAnswerRequest:
        """What a browser comes back with that went there and chose somebody."""
        person = self.issuer.people.add("")
        back = await self.http.post(road.authorization_url, data={"subject": person.subject})
        said = dict(parse_qsl(urlsplit(back.headers["location"]).query))
        return pb.ReceiveProviderAnswerRequest(
            provider=PROVIDER,
            browser_secret=road.browser_secret,
            state=said["state"],
            code=said["code"],
            issuer=said["iss"],
        )

    async def connect(self, house: House, user_id: str) -> None:
        """The person has this provider connected, whether or not they had before."""
        await house.write_auth(
            "INSERT INTO identities (issuer, subject, user_id, created_at, told_at)"
            " VALUES ($1, $2, $2, now(), 'epoch') ON CONFLICT DO NOTHING",
            self.issuer.options.address,
            user_id,
        )

    async def arrived(self, house: House, subject: str, connecting: Connecting | None = None) -> str:
        """The secret of a browser that has come back as this subject of the provider."""
        secret, now = secrets.token_urlsafe(32), datetime.datetime.now(datetime.UTC)
        waiting = ProviderSignIn(
            state_hash=secrets.token_bytes(32),
            browser_hash=fingerprint(secret),
            provider=PROVIDER,
            created_at=now,
            expires_at=now + datetime.timedelta(days=1),
            connecting=connecting,
            answered_at=now,
            told=Told(subject),
        )
        key = mail_key(load_or_make(house.signing_key_file))
        await PostgresProviderSignIns(await house.auth_rows(), key).add(waiting)
        return secret


@contextlib.asynccontextmanager
async def providing() -> AsyncIterator[Provided]:
    """The provider, served."""
    async with issuing(CLIENT) as issuer, httpx.AsyncClient(verify=NO_TLS) as http:
        yield Provided(issuer, http)


def written(folder: Path, issuer: Issuer) -> Path:
    """The file that sets it up."""
    (folder / "provider.secret").write_text(CLIENT.secret)
    home = {"provider": PROVIDER, "name": "Home", "issuer": issuer.options.address, "client_id": CLIENT.client_id}
    path = folder / "providers.json"
    path.write_text(json.dumps([home | {"client_secret_file": str(folder / "provider.secret")}]))
    return path
