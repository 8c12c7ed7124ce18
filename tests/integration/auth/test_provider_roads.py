"""The way to a provider over real HTTP, and every way in which its answer can be a bad one."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from chassis.listening import listening_at
from services.auth.app.finish_provider_sign_in import SignedIn, finish_provider_sign_in
from services.auth.app.provider_ports import Offered, Providers
from services.auth.app.receive_provider_answer import ProviderAnswer, receive_provider_answer
from services.auth.app.start_provider_sign_in import start_provider_sign_in
from services.auth.clients.http_documents import HttpDocuments
from services.auth.clients.openid_road import OpenIdRoad
from services.auth.domain.email_address import NO_EMAIL
from services.auth.domain.provider import Provider
from services.auth.domain.provider_errors import ProviderAnswerRefused, ProviderAway, ProviderDenied
from services.auth.domain.provider_sign_in import Told
from stack.issuer.app import Issuer, Options
from stack.issuer.misbehaviour import Misbehaviour
from stack.issuer.openid import Client
from stack.issuer.people import People, SigningKey
from stack.issuer.server import serving
from tests.integration.auth.clerk_house import PAGE, SECRET_KEY, WEBHOOK_SECRET
from tests.plain import NO_TLS
from tests.unit.auth.fakes import World

REDIRECT = "https://us.example/v1/auth/providers/one/callback"
CLIENT = Client("a client: ours", "a+secret: 100%", (REDIRECT,))
"""Of characters that a form and a header write differently."""
SILENCE_S = 0.2


@functools.cache
def signing_key(number: int = 0) -> SigningKey:
    """Made once a run: making one takes a while."""
    return SigningKey()


@dataclasses.dataclass
class Street:
    """Auth's verbs, and the provider at the other end."""

    world: World
    issuer: Issuer
    http: httpx.AsyncClient
    road: OpenIdRoad
    providers: Providers

    @property
    def strange(self) -> Misbehaviour:
        return self.issuer.openid.misbehaviour

    async def goes(self, subject: str = "", *, again: bool = False) -> tuple[str, dict[str, str]]:
        """What the browser keeps, and what it comes back with after choosing a person, or nobody."""
        begun = await start_provider_sign_in(self.world.ports, self.providers, "one", again=again)
        page = await self.http.get(begun.authorization_url)
        assert page.status_code == 200, page.text
        assert "Test mode" in page.text
        back = await self.http.post(begun.authorization_url, data={"subject": subject})
        assert back.headers["location"].startswith(f"{REDIRECT}?")
        return begun.browser_secret, dict(parse_qsl(urlsplit(back.headers["location"]).query))

    async def comes_back(self, secret: str, said: dict[str, str]) -> Told:
        answer = ProviderAnswer(
            *("one", secret, said.get("state", ""), said.get("code", "")),
            error=said.get("error", ""),
            issuer=said.get("iss", ""),
        )
        arrived = await receive_provider_answer(self.world.ports, self.providers, answer)
        assert arrived.told is not None
        return arrived.told

    async def told(self, **person: Any) -> Told:
        """All of it, as somebody new."""
        ada = self.issuer.people.add("ada@example.org", first_name="Ada", **person)
        return await self.comes_back(*await self.goes(ada.subject))


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    people = People(keys=[signing_key()])
    listener = listening_at("127.0.0.1:0")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    issuer = Issuer(Options(address, PAGE, SECRET_KEY, WEBHOOK_SECRET, "", (CLIENT,)), people)
    documents, world = HttpDocuments(), World()
    try:
        async with serving(issuer.app, listener), httpx.AsyncClient(verify=NO_TLS) as http:
            yield street_to(world, issuer, http, documents, address)
    finally:
        await documents.stop()


def street_to(world: World, issuer: Issuer, http: httpx.AsyncClient, documents: HttpDocuments, address: str) -> Street:
    provider = Provider("one", "oidc", "One", address, CLIENT.client_id, Path("unread"))
    road = OpenIdRoad(documents, provider, CLIENT.secret, REDIRECT)
    return Street(world, issuer, http, road, Providers({"one": Offered(provider, road)}))


@pytest.mark.parametrize("ways", [["client_secret_basic"], ["client_secret_post"], None])
async def test_somebody_signs_in(street: Street, ways: list[str] | None) -> None:
    """By whichever way the provider takes the client's secret: what it vouches for makes the account."""
    street.strange.discovery = {"token_endpoint_auth_methods_supported": ways}
    ada = street.issuer.people.add("Ada@Example.org", first_name="Ada", last_name="Lovelace")
    secret, said = await street.goes(ada.subject)
    assert set(said) == {"state", "iss", "code"}
    told = await street.comes_back(secret, said)
    assert (told.subject, told.email.key, told.display_name) == (ada.subject, "ada@example.org", "Ada Lovelace")
    found = await finish_provider_sign_in(street.world.ports, street.providers, secret, confirms_age=True)
    assert isinstance(found, SignedIn)
    assert found.account.email.typed == "Ada@Example.org"


async def test_who_chooses_nobody_is_told_so(street: Street) -> None:
    """The provider's access_denied is the person's own no."""
    with pytest.raises(ProviderDenied):
        await street.comes_back(*await street.goes())


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email_verified": 1},
        {"email": None},
        {"email": ["ada@example.org"]},
        {"email": "no address"},
    ],
)
async def test_an_address_that_is_not_vouched_for_is_not_kept(street: Street, claims: dict[str, object]) -> None:
    """Nothing but the boolean true, beside one address, says that the provider has verified it."""
    street.strange.claims = claims
    assert (await street.told()).email == NO_EMAIL


@pytest.mark.parametrize("name", ["x" * 101, ["Ada"], 7, "\u202e\u0000"])
async def test_a_name_that_cannot_be_shown_is_left_out(street: Street, name: object) -> None:
    """A name is no reason to turn anybody away."""
    street.strange.claims = {"name": name}
    assert (await street.told()).display_name == ""


async def test_what_google_answers_is_understood(street: Street) -> None:
    """An id token without azp or at_hash, an audience as list of one, and no iss where none is promised."""
    street.strange.claims = {"azp": None, "at_hash": None, "aud": [CLIENT.client_id]}
    street.strange.discovery = {"authorization_response_iss_parameter_supported": None}
    street.strange.back = {"iss": None}
    assert (await street.told()).display_name == "Ada"


NOW = int(time.time())
BAD_CLAIMS: dict[str, dict[str, object]] = {
    "nonce-of-another": {"nonce": "x"},
    "no-nonce": {"nonce": None},
    "nonce-empty": {"nonce": ""},
    "aud-another": {"aud": "somebody-else"},
    "aud-of-two": {"aud": [CLIENT.client_id, "somebody-else"]},
    "no-aud": {"aud": None},
    "azp-another": {"azp": "somebody-else"},
    "iss-another": {"iss": "https://other.example"},
    "iss-with-slash": {"iss": "https://other.example/"},
    "no-iss": {"iss": None},
    "exp-past": {"exp": NOW - 3600, "iat": NOW - 7200},
    "no-exp": {"exp": None},
    "exp-as-text": {"exp": str(NOW + 60)},
    "iat-ahead": {"iat": NOW + 3600, "exp": NOW + 7200},
    "no-iat": {"iat": None},
    "life-of-days": {"iat": NOW, "exp": NOW + 2 * 86_400},
    "nbf-ahead": {"nbf": NOW + 3600},
    "no-sub": {"sub": None},
    "sub-endless": {"sub": "x" * 256},
    "at_hash-of-another": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "at_hash-as-number": {"at_hash": 7},
}


@pytest.mark.parametrize("what", sorted(BAD_CLAIMS))
async def test_a_bad_id_token_is_refused(street: Street, what: str) -> None:
    """Each of these is enough, in a token that is well signed and otherwise good."""
    street.strange.claims = BAD_CLAIMS[what]
    with pytest.raises(ProviderAnswerRefused):
        await street.told()
    assert street.world.store.rows.provider_sign_ins == {}


async def test_a_token_of_an_unpublished_key_is_refused(street: Street) -> None:
    """A signature that no key of the provider's own set makes is nobody's word."""
    await street.told()
    published, street.issuer.people.keys = street.issuer.people.keys, [signing_key(1)]
    secret, said = await street.goes(street.issuer.people.add("eve@example.org").subject)
    signs = street.issuer.people.sign
    street.issuer.people.keys = published
    street.issuer.people.sign = lambda claims: signing_key(1).sign(claims)  # type: ignore[method-assign]  # by another key
    assert signs is not street.issuer.people.sign
    with pytest.raises(ProviderAnswerRefused):
        await street.comes_back(secret, said)


BAD_ANSWERS: dict[str, dict[str, object]] = {
    "no-id-token": {"id_token": None},
    "id-token-as-object": {"id_token": {"sub": "1"}},
    "id-token-unsigned": {"id_token": "e30.e30."},
    "id-token-endless": {"id_token": "a" * 10_000},
    "no-token-type": {"token_type": None},
    "token-type-of-another-kind": {"token_type": "mac"},
    "no-access-token-beside-at_hash": {"access_token": None},
}


@pytest.mark.parametrize("what", sorted(BAD_ANSWERS))
async def test_a_bad_answer_of_the_token_endpoint_is_refused(street: Street, what: str) -> None:
    """It is no answer of tokens, or its tokens do not belong together."""
    street.strange.answer = BAD_ANSWERS[what]
    with pytest.raises(ProviderAnswerRefused):
        await street.told()


BAD_BACK: dict[str, dict[str, object]] = {
    "iss-of-another": {"iss": "https://other.example"},
    "no-iss-where-it-is-promised": {"iss": None},
    "no-code": {"code": None},
    "code-of-nobody": {"code": "made up"},
    "error-of-ours": {"code": None, "error": "invalid_request"},
}


@pytest.mark.parametrize("what", sorted(BAD_BACK))
async def test_a_bad_way_back_is_refused(street: Street, what: str) -> None:
    """What another provider said, or what this one never gave out, is exchanged nowhere or for nothing."""
    street.strange.back = BAD_BACK[what]
    with pytest.raises(ProviderAnswerRefused):
        await street.told()


async def test_whoever_has_to_be_asked_anew_was(street: Street) -> None:
    """The provider is told to ask, and says when it did; what says nothing, or of long before, is refused."""
    ada = street.issuer.people.add("ada@example.org", first_name="Ada")
    # The provider and the road are at today's time.
    street.world.clock.advance(seconds=time.time() - street.world.clock.now().timestamp())
    late = int(street.world.clock.now().timestamp())
    for auth_time, is_good in ((late - 30, True), (late - 90, False), (None, False), ("now", False)):
        street.strange.claims = {"auth_time": auth_time}
        way = await street.goes(ada.subject, again=True)
        if is_good:
            told = await street.comes_back(*way)
            assert told.authenticated_at is not None
            continue
        with pytest.raises(ProviderAnswerRefused):
            await street.comes_back(*way)
    # Whoever was not to be asked may have been asked long ago.
    street.strange.claims = {"auth_time": late - 86400}
    assert (await street.comes_back(*await street.goes(ada.subject))).authenticated_at is not None


async def test_a_time_to_come_is_no_time(street: Street) -> None:
    """A provider whose clock is wrong signs people in all the same; who has to be asked anew was not, it seems."""
    ada = street.issuer.people.add("ada@example.org", first_name="Ada")
    street.world.clock.advance(seconds=time.time() - street.world.clock.now().timestamp())
    street.strange.claims = {"auth_time": int(street.world.clock.now().timestamp()) + 3600}
    assert (await street.comes_back(*await street.goes(ada.subject))).authenticated_at is None
    way = await street.goes(ada.subject, again=True)
    with pytest.raises(ProviderAnswerRefused):
        await street.comes_back(*way)


@pytest.mark.parametrize(
    ("kind", "again", "asked"),
    [
        ("oidc", True, {"prompt": "login", "max_age": "0"}),
        ("google", True, {"prompt": "select_account"}),
        ("oidc", False, {}),
        ("google", False, {}),
    ],
)
async def test_how_each_kind_is_told_to_ask(street: Street, kind: str, again: bool, asked: dict[str, str]) -> None:
    """By max_age, whose answer has a time; Google, which knows none, by having somebody choose their account."""
    issuer = street.providers.offered["one"].provider.issuer
    provider = Provider("one", kind, "One", issuer, CLIENT.client_id, Path("unread"))
    documents = HttpDocuments()
    try:
        url = await OpenIdRoad(documents, provider, CLIENT.secret, REDIRECT).authorization_url(
            "s", "n", "c", again=again
        )
    finally:
        await documents.stop()
    query = dict(parse_qsl(urlsplit(url).query))
    assert {name: query[name] for name in ("prompt", "max_age") if name in query} == asked


async def test_a_code_of_another_sign_in_is_refused(street: Street) -> None:
    """A code that somebody slips into another browser's answer does not fit that one's verifier, nor its nonce."""
    eve, ada = (street.issuer.people.add(name) for name in ("eve@example.org", "ada@example.org"))
    _, hers = await street.goes(eve.subject)
    secret, said = await street.goes(ada.subject)
    with pytest.raises(ProviderAnswerRefused):
        await street.comes_back(secret, said | {"code": hers["code"]})


async def test_a_code_is_used_once_even_where_the_provider_forgets_that(street: Street) -> None:
    """The same answer twice at once signs in once: the state is used before the code is shown to anybody."""
    street.strange.forgets_codes = False
    secret, said = await street.goes(street.issuer.people.add("ada@example.org").subject)
    found = await asyncio.gather(*(street.comes_back(secret, said) for _ in range(3)), return_exceptions=True)
    assert [isinstance(each, Told) for each in found].count(True) == 1


@pytest.mark.parametrize(
    ("strange", "fault"),
    [
        (Misbehaviour(token_location="http://127.0.0.1:9/elsewhere"), ProviderAnswerRefused),
        (Misbehaviour(token_status=400), ProviderAnswerRefused),
        (Misbehaviour(token_status=500), ProviderAway),
        (Misbehaviour(token_status=429), ProviderAway),
        (Misbehaviour(is_huge=True), ProviderAway),
        (Misbehaviour(silence=asyncio.Event()), ProviderAway),
    ],
    ids=["redirects", "refuses", "breaks", "is-busy", "is-endless", "is-silent"],
)
async def test_a_token_endpoint_that_misbehaves_signs_nobody_in(
    street: Street, strange: Misbehaviour, fault: type[Exception]
) -> None:
    """It is followed nowhere with our secret, read to no end, and waited for no longer than a moment."""
    secret, said = await street.goes(street.issuer.people.add("ada@example.org").subject)
    street.issuer.openid.misbehaviour = strange
    if strange.silence is not None:
        street.road._deadline_s = SILENCE_S
    with pytest.raises(fault):
        await street.comes_back(secret, said)
    if strange.silence is not None:
        strange.silence.set()


BAD_DOCUMENTS: dict[str, dict[str, object]] = {
    "issuer-another": {"issuer": "https://accounts.google.com"},
    "issuer-missing": {"issuer": None},
    "code-flow-missing": {"response_types_supported": ["id_token"]},
    "pkce-plain-alone": {"code_challenge_methods_supported": ["plain"]},
    "secret-by-key-alone": {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
    "signs-by-a-shared-secret": {"id_token_signing_alg_values_supported": ["HS256", "none"]},
    "authorization-by-http": {"authorization_endpoint": "http://elsewhere.example/authorize"},
    "token-by-http": {"token_endpoint": "http://elsewhere.example/token"},
    "token-missing": {"token_endpoint": None},
    "token-as-script": {"token_endpoint": "javascript:alert(1)"},
    "token-with-fragment": {"token_endpoint": "https://elsewhere.example/#token"},
    "keys-by-file": {"jwks_uri": "file:///etc/passwd"},
    "list-as-text": {"response_types_supported": "code"},
}


@pytest.mark.parametrize("what", sorted(BAD_DOCUMENTS))
async def test_a_bad_discovery_document_is_not_taken(street: Street, what: str) -> None:
    """The provider is as good as away: nothing in its document sends anybody anywhere."""
    street.strange.discovery = BAD_DOCUMENTS[what]
    with pytest.raises(ProviderAway):
        await start_provider_sign_in(street.world.ports, street.providers, "one")


async def test_a_provider_that_is_away_is_asked_again_later_and_what_it_said_goes_on(street: Street) -> None:
    """An endless document is as none; what was taken before is good for a day, and then nothing is."""
    street.strange.is_huge_everywhere = True
    with pytest.raises(ProviderAway):
        await street.goes()
    street.strange.is_huge_everywhere = False
    with pytest.raises(ProviderAway):
        await street.goes()
    discovery = street.road._discovery
    moment = [time.monotonic() + 6.0]
    discovery._now_s = lambda: moment[0]
    await street.goes()
    street.strange.is_huge_everywhere = True
    moment[0] += 3700.0
    await street.goes()
    moment[0] += 86_400.0
    with pytest.raises(ProviderAway):
        await street.goes()
