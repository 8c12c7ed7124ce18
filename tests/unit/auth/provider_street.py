"""Auth, providers and a browser, for what happens on the way between them."""

from __future__ import annotations

import dataclasses

from services.auth.app.connections import connect_provider
from services.auth.app.finish_provider_sign_in import Newcomer, SignedIn, finish_provider_sign_in
from services.auth.app.provider_ports import Providers
from services.auth.app.receive_provider_answer import ProviderAnswer, receive_provider_answer
from services.auth.app.sign_up import new_person, sign_up
from services.auth.app.start_provider_sign_in import Road, start_provider_sign_in
from services.auth.domain.account import Account
from services.auth.domain.email_address import parse_email
from services.auth.domain.provider_sign_in import Connecting, Told
from tests.unit.auth.fake_providers import SayingProvider, offering
from tests.unit.auth.fakes import World

ADA = Told("subject-1", parse_email("ada@example.org"), "Ada")


class Street:
    """Auth, two providers, and a browser that goes to them."""

    def __init__(self) -> None:
        self.world = World()
        self.one, self.two = SayingProvider("https://one.example"), SayingProvider("https://two.example")
        self.one.told = ADA
        self.providers: Providers = offering(self.one, self.two)

    async def start(self, provider: str = "one", connecting: Connecting | None = None, *, again: bool = False) -> Road:
        return await start_provider_sign_in(self.world.ports, self.providers, provider, connecting, again=again)

    def answer(self, road: Road, **changed: str) -> ProviderAnswer:
        state = road.authorization_url.partition("state=")[2]
        good = ProviderAnswer("one", road.browser_secret, state, code="a code")
        return dataclasses.replace(good, **changed)

    async def receive(self, answer: ProviderAnswer) -> None:
        await receive_provider_answer(self.world.ports, self.providers, answer)

    async def arrive(self, provider: str = "one", connecting: Connecting | None = None, *, again: bool = False) -> str:
        road = await self.start(provider, connecting, again=again)
        await self.receive(self.answer(road, provider=provider))
        return road.browser_secret

    async def finish(self, secret: str, *, confirms_age: bool = True) -> SignedIn | Newcomer:
        return await finish_provider_sign_in(self.world.ports, self.providers, secret, confirms_age=confirms_age)

    async def sign_in(self, provider: str = "one") -> Account:
        found = await self.finish(await self.arrive(provider))
        assert isinstance(found, SignedIn)
        return found.account

    async def sign_up(self, email: str = "ada@example.org") -> Account:
        opened = await sign_up(self.world.ports, new_person(email, "nineteen-cellos", "", confirms_age=True))
        assert opened is not None
        return opened[0]

    async def connect(self, connecting: Connecting, provider: str = "one") -> str:
        secret = await self.arrive(provider, connecting)
        connected = await connect_provider(self.world.ports, self.providers, connecting, secret)
        return connected.provider.provider
