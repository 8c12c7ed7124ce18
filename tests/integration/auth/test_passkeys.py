"""Passkeys by the real verifier on real PostgreSQL: what opens, and every answer that must not."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import AsyncIterator, Callable

import grpc
import pytest
import pytest_asyncio

from chassis.db.pool import Database
from chassis.rpc.errors import refusal_for
from chassis.testing.postgres import PostgresServer
from services.auth.api.factor_servicer import SecondFactorServicer
from services.auth.api.statuses import STATUSES
from services.auth.app.add_passkey import add_passkey
from services.auth.app.begin_passkey import begin_passkey
from services.auth.app.forget_remains import forget_remains
from services.auth.app.list_passkeys import list_passkeys
from services.auth.app.list_proofs import list_proofs
from services.auth.app.passkey_ports import Passkeys
from services.auth.app.prove_passkey import begin_passkey_proof, step_up_by_passkey
from services.auth.app.provider_ports import Providers
from services.auth.app.remove_passkey import remove_passkey
from services.auth.app.request_password_reset import request_password_reset
from services.auth.app.reset_password import reset_password
from services.auth.app.sign_in_with_passkey import begin_passkey_sign_in, sign_in_with_passkey
from services.auth.clients.webauthn_answers import WebauthnAnswers
from services.auth.domain.errors import (
    PasskeyCopied,
    PasskeyNotFound,
    PasskeyNotTaken,
    PasskeyRefused,
    PasskeysOff,
    SessionNotFound,
    TooManyPasskeys,
    WrongPasskey,
)
from services.auth.domain.letters import letter
from services.auth.domain.mail import Occasion
from services.auth.domain.passkey import PASSKEYS_MAX, QUESTION_LIFE, Passkey
from services.auth.domain.relying_party import RelyingParty
from services.auth.domain.session import AccessToken, Session
from services.auth.events.envelopes import encode
from services.auth.store.store import MIGRATIONS, SCHEMA, PostgresStore, SealingKeys
from stripsession.auth.v1 import second_factor_service_pb2 as pb
from tests.unit.auth.fakes import World
from tests.unit.auth.signing_up import sign_up
from tests.unit.auth.software_authenticator import PRESENT, STRAIGHT, VERIFIED, Bent, SoftwareAuthenticator

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORIGIN = "https://us.example"
PARTY = RelyingParty("us.example", (ORIGIN, "https://www.us.example"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database(SCHEMA, MIGRATIONS) as database:
        yield database


@dataclasses.dataclass
class Desk:
    """Auth's verbs on the real store, a person, and what is in their pocket."""

    world: World
    passkeys: Passkeys
    user_id: str
    session_id: str
    phone: SoftwareAuthenticator

    async def add(self, phone: SoftwareAuthenticator, bent: Bent = STRAIGHT) -> Passkey:
        options = await begin_passkey(self.passkeys, self.user_id)
        return await add_passkey(self.passkeys, self.user_id, "This phone", phone.create(options, bent), "en")

    async def sign_in(self, bent: Bent = STRAIGHT) -> str:
        options = await begin_passkey_sign_in(self.passkeys)
        account, tokens = await sign_in_with_passkey(self.passkeys, self.phone.get(options, bent), "Firefox, Linux")
        assert account.user_id == tokens.user_id
        return account.user_id

    async def prove(self, answer: str) -> AccessToken:
        return await step_up_by_passkey(self.passkeys, self.user_id, self.session_id, answer, "en")

    async def mails(self) -> list[str]:
        """Subjects of what waits to be sent, which is taken away."""
        now = self.world.clock.now()
        async with self.passkeys.ports.store.transaction() as work:
            claimed = await work.mails.claim(now, now, 100)
            for each in claimed:
                await work.mails.remove(each.mail.mail_id)
        return [each.mail.subject for each in claimed]


async def _person(passkeys: Passkeys) -> tuple[str, str]:
    """User id and session id of somebody new."""
    account, _ = await sign_up(passkeys.ports, f"{secrets.token_hex(8)}@example.org", "a long enough secret", "Ada")
    return account.user_id, (await _session(passkeys, account.user_id)).session_id


async def _session(passkeys: Passkeys, user_id: str) -> Session:
    """The one that they have."""
    async with passkeys.ports.store.transaction() as work:
        (session,) = await work.sessions.living(user_id, passkeys.ports.clock.now(), 2)
    return session


@pytest_asyncio.fixture(loop_scope="module")
async def desk(database: Database) -> Desk:
    """Somebody with one passkey, who has read their mail."""
    world = World(sends_mail=True)
    ports = dataclasses.replace(world.ports, store=PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32))))
    passkeys = Passkeys(ports, WebauthnAnswers(PARTY), "https://clerk.example")
    desk = Desk(world, passkeys, *await _person(passkeys), SoftwareAuthenticator(ORIGIN))
    await desk.add(desk.phone)
    await desk.mails()
    return desk


def _subject(occasion: Occasion) -> str:
    return letter(occasion, "en", "")[0]


async def test_a_passkey_signs_in_without_an_address(desk: Desk) -> None:
    """What was added opens a session of its owner, again and again, and its last use is seen."""
    assert await desk.sign_in() == desk.user_id
    desk.world.clock.advance(minutes=1)
    assert await desk.sign_in() == desk.user_id
    ((passkey,), is_offered) = await list_passkeys(desk.passkeys, desk.user_id)
    assert (passkey.name, passkey.last_used_at, is_offered) == ("This phone", desk.world.clock.now(), True)
    assert passkey.transports == ("hybrid", "internal")


async def test_one_that_does_not_count_signs_in(desk: Desk) -> None:
    """Passkeys that live in several devices at once tell no count, and are no copies for it."""
    desk.phone = SoftwareAuthenticator(ORIGIN, counts=False)
    await desk.add(desk.phone)
    assert await desk.sign_in() == await desk.sign_in() == desk.user_id


Bend = Callable[[Desk], Bent]
BENT: dict[str, Bend] = {
    "wrong origin": lambda desk: Bent(origin="https://us.example.evil.example"),
    "origin without encryption": lambda desk: Bent(origin="http://us.example"),
    "origin with another port": lambda desk: Bent(origin="https://us.example:8443"),
    "wrong relying party": lambda desk: Bent(party="evil.example"),
    "asked within another site's page": lambda desk: Bent(cross_origin=True),
    "holder not verified": lambda desk: Bent(flags=PRESENT),
    "holder not present": lambda desk: Bent(flags=VERIFIED),
    "unknown question": lambda desk: Bent(challenge=secrets.token_bytes(32)),
    "answer of the other kind": lambda desk: Bent(kind="webauthn.unheard"),
}
BENT_SIGN_INS: dict[str, Bend] = BENT | {
    "tampered signature": lambda desk: Bent(flips_signature=True),
    "unknown credential": lambda desk: Bent(credential_id=secrets.token_bytes(32)),
    "a passkey's creation": lambda desk: Bent(kind="webauthn.create"),
    "without its owner's handle": lambda desk: Bent(handle=None),
    "with another's handle": lambda desk: Bent(handle=secrets.token_bytes(64)),
}
BENT_CREATIONS: dict[str, Bend] = BENT | {
    "a passkey's use": lambda desk: Bent(kind="webauthn.get"),
    "unasked algorithm": lambda desk: Bent(algorithm=-65535),
    "known credential": lambda desk: Bent(credential_id=desk.phone.credential_id),
    "credential with too long a name": lambda desk: Bent(credential_id=bytes(1024)),
}


@pytest.mark.parametrize("name", BENT_SIGN_INS)
async def test_a_bent_answer_signs_nobody_in(desk: Desk, name: str) -> None:
    """Whatever is wrong with an answer, it is refused in the same words, and its owner's passkey still works."""
    with pytest.raises(PasskeyRefused) as refused:
        await desk.sign_in(BENT_SIGN_INS[name](desk))
    assert refusal_for(refused.value, STATUSES) == refusal_for(PasskeyRefused(), STATUSES)
    assert await desk.sign_in() == desk.user_id
    assert await desk.mails() == []


@pytest.mark.parametrize("name", BENT_CREATIONS)
async def test_a_bent_creation_is_not_taken(desk: Desk, name: str) -> None:
    """Whatever is wrong with a new passkey, it is refused in the same words, and nothing is kept of it."""
    with pytest.raises(PasskeyNotTaken):
        await desk.add(SoftwareAuthenticator(ORIGIN), BENT_CREATIONS[name](desk))
    assert len((await list_passkeys(desk.passkeys, desk.user_id))[0]) == 1
    assert await desk.mails() == []


async def test_an_answer_counts_once(desk: Desk) -> None:
    """Replayed, it opens nothing, though nothing else of it is wrong; a failed one spends its question as well."""
    options = await begin_passkey_sign_in(desk.passkeys)
    answer = desk.phone.get(options)
    await sign_in_with_passkey(desk.passkeys, answer)
    failed = await begin_passkey_sign_in(desk.passkeys)
    for again in (answer, desk.phone.get(options), desk.phone.get(failed, Bent(flips_signature=True))):
        with pytest.raises(PasskeyRefused):
            await sign_in_with_passkey(desk.passkeys, again)
    with pytest.raises(PasskeyRefused):
        await sign_in_with_passkey(desk.passkeys, desk.phone.get(failed))
    made = SoftwareAuthenticator(ORIGIN).create(await begin_passkey(desk.passkeys, desk.user_id))
    await add_passkey(desk.passkeys, desk.user_id, "Key", made, "en")
    with pytest.raises(PasskeyNotTaken):
        await add_passkey(desk.passkeys, desk.user_id, "Key", made, "en")


async def test_questions_run_out(desk: Desk) -> None:
    """After five minutes an answer comes too late, and the next purge forgets what was asked."""
    signing_in, adding = await begin_passkey_sign_in(desk.passkeys), await begin_passkey(desk.passkeys, desk.user_id)
    desk.world.clock.advance(seconds=QUESTION_LIFE.total_seconds())
    with pytest.raises(PasskeyRefused):
        await sign_in_with_passkey(desk.passkeys, desk.phone.get(signing_in))
    made = SoftwareAuthenticator(ORIGIN).create(adding)
    with pytest.raises(PasskeyNotTaken):
        await add_passkey(desk.passkeys, desk.user_id, "Late", made, "en")
    desk.world.clock.advance(seconds=1)
    assert await forget_remains(desk.passkeys.ports) >= 2


async def test_a_question_is_for_one_thing_and_one_person(desk: Desk) -> None:
    """What one person was asked another does not answer, and an answer to one question is none to another kind."""
    other, _ = await _person(desk.passkeys)
    proving = await begin_passkey_proof(desk.passkeys, desk.user_id)
    with pytest.raises(PasskeyRefused):
        await sign_in_with_passkey(desk.passkeys, desk.phone.get(proving))
    with pytest.raises(PasskeyRefused):
        await desk.prove(desk.phone.get(await begin_passkey_sign_in(desk.passkeys)))
    with pytest.raises(PasskeyRefused):
        await step_up_by_passkey(desk.passkeys, other, desk.session_id, desk.phone.get(proving), "en")
    made = SoftwareAuthenticator(ORIGIN).create(await begin_passkey(desk.passkeys, desk.user_id))
    with pytest.raises(PasskeyNotTaken):
        await add_passkey(desk.passkeys, other, "Theirs", made, "en")


async def test_somebody_signed_in_proves_themselves(desk: Desk) -> None:
    """A passkey of theirs makes their session fresh, with or without its handle, and is the handiest of their proofs.

    Another's does not, nor does their own for another's session, and nobody is asked for what they have not.
    """
    for handle in (b"", None):
        desk.world.clock.advance(hours=1)
        options = await begin_passkey_proof(desk.passkeys, desk.user_id)
        await desk.prove(desk.phone.get(options, Bent(handle=handle)))
        session = await _session(desk.passkeys, desk.user_id)
        assert (session.authenticated_at, session.methods) == (desk.world.clock.now(), ("password", "passkey"))
    assert await list_proofs(desk.passkeys.ports, Providers(takes_passkeys=True), desk.user_id) == (
        "passkey",
        "password",
    )
    assert await list_proofs(desk.passkeys.ports, Providers(), desk.user_id) == ("password",)
    other = Desk(desk.world, desk.passkeys, *await _person(desk.passkeys), SoftwareAuthenticator(ORIGIN))
    assert await list_proofs(desk.passkeys.ports, Providers(takes_passkeys=True), other.user_id) == ("password",)
    options = await begin_passkey_proof(desk.passkeys, desk.user_id)
    with pytest.raises(SessionNotFound):
        await step_up_by_passkey(desk.passkeys, desk.user_id, other.session_id, desk.phone.get(options), "en")
    with pytest.raises(PasskeyNotFound):
        await begin_passkey_proof(desk.passkeys, other.user_id)
    await other.add(other.phone)
    options = await begin_passkey_proof(desk.passkeys, desk.user_id)
    with pytest.raises(PasskeyRefused):
        await desk.prove(other.phone.get(options))


async def test_a_copy_proves_nothing_and_signs_nobody_out(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A proof by a passkey that there are two of is refused like any that is wrong, told its owner, and logged."""
    await desk.sign_in()
    servicer = SecondFactorServicer(desk.passkeys.ports, desk.passkeys, Providers())
    options = await begin_passkey_proof(desk.passkeys, desk.user_id)
    answer = desk.phone.get(options, Bent(count=1))
    asked = pb.StepUpRequest(user_id=desk.user_id, session_id=desk.session_id, credential_json=answer)
    with pytest.raises(WrongPasskey) as refused:
        await servicer.StepUp(asked, None)
    refusal = refusal_for(refused.value, STATUSES)
    assert refusal is not None
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.PERMISSION_DENIED, "WRONG_PASSKEY")
    assert await desk.mails() == [_subject(Occasion.PASSKEY_COPIED)]
    assert "a passkey told of fewer uses" in caplog.text


@pytest.mark.parametrize("behind", [0, 1])
async def test_a_count_that_goes_back_is_refused_and_told(desk: Desk, behind: int) -> None:
    """Of a passkey and its copy the one that is behind opens nothing, and the owner hears of it; the other goes on."""
    await desk.sign_in()
    with pytest.raises(PasskeyCopied) as refused:
        await desk.sign_in(Bent(count=desk.phone.count - behind))
    assert refusal_for(refused.value, STATUSES) == refusal_for(PasskeyRefused(), STATUSES)
    assert refused.value.user_id == desk.user_id
    assert await desk.mails() == [_subject(Occasion.PASSKEY_COPIED)]
    # Made up without the key, it is nothing to write to anybody about.
    with pytest.raises(PasskeyRefused):
        await desk.sign_in(Bent(count=1, flips_signature=True))
    assert await desk.mails() == []
    assert await desk.sign_in() == desk.user_id


async def test_what_is_added_and_removed_is_told(desk: Desk) -> None:
    """The owner hears of both by mail; what was removed opens nothing, and nobody removes another's."""
    key = SoftwareAuthenticator(ORIGIN)
    added = await desk.add(key)
    assert await desk.mails() == [_subject(Occasion.PASSKEY_ADDED)]
    with pytest.raises(PasskeyNotFound):
        await remove_passkey(desk.passkeys, Providers(), (await _person(desk.passkeys))[0], added.passkey_id, "en")
    await desk.mails()
    await remove_passkey(desk.passkeys, Providers(), desk.user_id, added.passkey_id, "en")
    assert await desk.mails() == [_subject(Occasion.PASSKEY_REMOVED)]
    with pytest.raises(PasskeyRefused):
        await sign_in_with_passkey(desk.passkeys, key.get(await begin_passkey_sign_in(desk.passkeys)))


async def test_a_password_chosen_by_mail_ends_them(desk: Desk) -> None:
    """Whoever had the password may have added one: choosing another by mail leaves none."""
    async with desk.passkeys.ports.store.transaction() as work:
        account = await work.accounts.get(desk.user_id)
    assert account is not None
    await request_password_reset(desk.passkeys.ports, account.email.typed, "en")
    now = desk.world.clock.now()
    async with desk.passkeys.ports.store.transaction() as work:
        (claimed,) = await work.mails.claim(now, now, 9)
    code = claimed.mail.text.partition("#/reset/")[2].split()[0]
    await reset_password(desk.passkeys.ports, code, "another long secret", "en")
    with pytest.raises(PasskeyRefused):
        await desk.sign_in()


async def test_a_person_has_so_many(desk: Desk) -> None:
    """Nobody fills the table: past the limit neither a browser is asked nor its answer taken."""
    waiting = await begin_passkey(desk.passkeys, desk.user_id)
    for _ in range(PASSKEYS_MAX - 1):
        await desk.add(SoftwareAuthenticator(ORIGIN))
    with pytest.raises(TooManyPasskeys):
        await begin_passkey(desk.passkeys, desk.user_id)
    made = SoftwareAuthenticator(ORIGIN).create(waiting)
    with pytest.raises(TooManyPasskeys):
        await add_passkey(desk.passkeys, desk.user_id, "One more", made, "en")


async def test_not_for_people_of_other_issuers(desk: Desk) -> None:
    """Who comes from Clerk has their ways in there; who has connected a provider can have passkeys beside it."""
    for issuer, is_offered in (("https://provider.example", True), ("https://clerk.example", False)):
        async with desk.passkeys.ports.store.transaction() as work:
            identity = await work.identities.claim(issuer, secrets.token_hex(8), desk.world.clock.now())
            await work.identities.keep(dataclasses.replace(identity, user_id=desk.user_id))
        assert (await list_passkeys(desk.passkeys, desk.user_id))[1] is is_offered
    with pytest.raises(PasskeysOff):
        await begin_passkey(desk.passkeys, desk.user_id)
