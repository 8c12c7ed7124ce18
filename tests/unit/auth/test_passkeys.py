"""What passkeys are bound to, and what cannot be read."""

from __future__ import annotations

import base64
import json
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from services.auth.api.passkey_servicer import PasskeyServicer
from services.auth.app.begin_passkey import begin_passkey
from services.auth.app.passkey_ports import AnswerRefused, Passkeys, Person
from services.auth.app.provider_ports import Providers
from services.auth.app.sign_in_with_passkey import begin_passkey_sign_in, sign_in_with_passkey
from services.auth.clients.webauthn_answers import WebauthnAnswers
from services.auth.domain.errors import PasskeyCopied, PasskeyNameInvalid, PasskeysOff
from services.auth.domain.passkey import clean_passkey_name, has_gone_back, new_handle
from services.auth.domain.relying_party import RelyingParty, relying_party
from stripsession.auth.v1 import passkey_service_pb2 as pb
from tests.unit.auth.fakes import FakeStore, World
from tests.unit.auth.passkey_conformance import PasskeyConformance
from tests.unit.auth.signing_up import sign_up
from tests.unit.auth.software_authenticator import STRAIGHT, Bent, SoftwareAuthenticator

ORIGIN = "https://us.example"
ANSWERS = WebauthnAnswers(RelyingParty("us.example", (ORIGIN,)))
ADA = Person(new_handle(), "ada@example.org", "Ada")
CHALLENGE = bytes(range(32))


class TestFakeStore(PasskeyConformance):
    @pytest.fixture
    def store(self) -> FakeStore:
        return FakeStore()


@pytest.mark.parametrize(
    ("urls", "name", "origins"),
    [
        (["https://stems.example.org/"], "stems.example.org", ("https://stems.example.org",)),
        (["https://Stems.example.org:443"], "stems.example.org", ("https://stems.example.org",)),
        (["https://stems.example.org:8443/x"], "stems.example.org", ("https://stems.example.org:8443",)),
        (["http://127.0.0.1:8080"], "localhost", ("http://localhost:8080",)),
        (["http://[::1]:8080"], "localhost", ("http://localhost:8080",)),
        (["http://localhost"], "localhost", ("http://localhost",)),
        (
            ["https://example.org", "https://www.example.org", "https://example.org"],
            "example.org",
            ("https://example.org", "https://www.example.org"),
        ),
    ],
)
def test_passkeys_are_bound_to_the_public_name(urls: list[str], name: str, origins: tuple[str, ...]) -> None:
    """The first address's host is the name; origins are as browsers write them."""
    assert relying_party(urls) == RelyingParty(name, origins)


@pytest.mark.parametrize(
    "urls",
    [
        [],
        ["http://stems.example.org"],
        ["https://192.0.2.7"],
        ["https://[2001:db8::7]"],
        ["https://2130706433"],
        ["ftp://stems.example.org"],
        ["https://stems.example.org:no"],
        ["https://stems example.org"],
        ["https://"],
        ["https://example.org", "https://example.com"],
        ["https://example.org", "https://badexample.org"],
        ["https://www.example.org", "https://example.org"],
    ],
)
def test_where_browsers_make_none_there_are_none(urls: list[str]) -> None:
    """Plain http, bare addresses and foreign origins have no passkeys."""
    assert relying_party(urls) is None


@pytest.mark.parametrize(
    ("known", "told", "is_back"),
    [(0, 0, False), (0, 1, False), (1, 2, False), (1, 1, True), (2, 1, True), (1, 0, True)],
)
def test_a_count_only_grows(known: int, told: int, is_back: bool) -> None:
    """A passkey that counts tells of more uses each time; one that never counts is no copy."""
    assert has_gone_back(known, told) is is_back


@pytest.mark.parametrize("name", ["", " \t", "\u202e", "n" * 101])
def test_a_passkey_has_a_name(name: str) -> None:
    """Its owner tells it from others."""
    with pytest.raises(PasskeyNameInvalid):
        clean_passkey_name(name)


def test_browsers_are_asked_for_what_needs_no_address() -> None:
    """A passkey must be found without an address, is for a verified holder, and tells not whose make it is."""
    phone = SoftwareAuthenticator(ORIGIN)
    asked = json.loads(ANSWERS.creation_options(ADA, CHALLENGE, ()))
    assert asked["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert asked["attestation"] == "none"
    assert asked["rp"] == {"id": "us.example", "name": "StripSession"}
    assert len(base64.urlsafe_b64decode(asked["user"]["id"] + "==")) == 64
    made = ANSWERS.made(phone.create(json.dumps(asked)), CHALLENGE)
    assert made.credential_id == phone.credential_id
    asked = json.loads(ANSWERS.request_options(CHALLENGE, ()))
    assert (asked["rpId"], asked["userVerification"], asked["allowCredentials"]) == ("us.example", "required", [])
    assert ANSWERS.signed(phone.get(json.dumps(asked)), CHALLENGE, made.public_key) == 2


def _mixed(answer: str) -> st.SearchStrategy[str]:
    """An answer with one of its values replaced by anything."""
    whole = json.loads(answer)
    values = st.one_of(st.none(), st.text(max_size=30), st.integers(), st.binary(max_size=60).map(_text))

    def replaced(place: tuple[str, str], value: object) -> str:
        changed = json.loads(answer)
        (changed if place[0] == "" else changed[place[0]])[place[1]] = value
        return json.dumps(changed)

    places = [("", name) for name in whole] + [("response", name) for name in whole["response"]]
    return st.builds(replaced, st.sampled_from(places), values)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


_PHONE = SoftwareAuthenticator(ORIGIN)
_CREATED = _PHONE.create(ANSWERS.creation_options(ADA, CHALLENGE, ()))
_PUBLIC_KEY = ANSWERS.made(_CREATED, CHALLENGE).public_key
_USED = _PHONE.get(ANSWERS.request_options(CHALLENGE, ()))


@settings(max_examples=40)
@given(st.one_of(st.text(max_size=80), _mixed(_CREATED), _mixed(_USED)))
def test_whatever_a_stranger_sends_is_read_or_refused(answer: str) -> None:
    """No bytes do more than be refused."""
    for read in (
        lambda: ANSWERS.challenge_of(answer),
        lambda: ANSWERS.made(answer, CHALLENGE),
        lambda: ANSWERS.claim_of(answer),
        lambda: ANSWERS.signed(answer, CHALLENGE, _PUBLIC_KEY),
    ):
        try:
            read()
        except AnswerRefused:
            continue


async def test_without_a_name_there_are_none() -> None:
    """A server that passkeys could not be bound to asks no browser and takes no answer."""
    passkeys = Passkeys(World().ports)
    for call in (begin_passkey(passkeys, "usr_1"), begin_passkey_sign_in(passkeys), sign_in_with_passkey(passkeys, "")):
        with pytest.raises(PasskeysOff):
            await call


async def test_a_copy_is_logged_by_its_id_alone(caplog: pytest.LogCaptureFixture) -> None:
    """A count that goes back is a warning with two ids, no log holds what a browser told, and each try is counted."""

    def counted(result: str) -> float:
        return REGISTRY.get_sample_value("stripsession_sign_ins_total", {"result": result}) or 0.0

    before = {result: counted(result) for result in ("signed_in", "passkey_refused")}
    caplog.set_level(logging.DEBUG)
    world, phone = World(), SoftwareAuthenticator(ORIGIN)
    account, _ = await sign_up(world.ports, "ada@example.org", "a long enough secret", "")
    servicer = PasskeyServicer(Passkeys(world.ports, ANSWERS), Providers())
    asked = await servicer.BeginPasskey(pb.BeginPasskeyRequest(user_id=account.user_id), None)
    answer = phone.create(asked.options_json)
    creation = pb.CreatePasskeyRequest(user_id=account.user_id, name="Phone", credential_json=answer)
    made = (await servicer.CreatePasskey(creation, None)).passkey

    async def sign_in(bent: Bent) -> None:
        question = await servicer.BeginPasskeySignIn(pb.BeginPasskeySignInRequest(), None)
        used = pb.SignInWithPasskeyRequest(credential_json=phone.get(question.options_json, bent))
        await servicer.SignInWithPasskey(used, None)

    await sign_in(STRAIGHT)
    with pytest.raises(PasskeyCopied):
        await sign_in(Bent(count=1))
    (warned,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    said = repr([record.__dict__ for record in caplog.records])
    assert made.passkey_id in repr(warned.__dict__)
    assert account.user_id in repr(warned.__dict__)
    for secret in (json.loads(answer)["id"], "ada@example.org", "Phone"):
        assert secret not in said
    assert {result: counted(result) - before[result] for result in before} == {"signed_in": 1.0, "passkey_refused": 1.0}
