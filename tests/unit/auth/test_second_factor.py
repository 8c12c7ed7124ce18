"""Setting a second factor, signing in with it, and what happens to wrong codes."""

from __future__ import annotations

import base64
import datetime

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from services.auth.app.answer_challenge import answer_challenge
from services.auth.app.begin_challenge import SecondFactorNeeded
from services.auth.app.change_password import change_password
from services.auth.app.confirm_totp import confirm_totp
from services.auth.app.create_sign_in_link import create_sign_in_link
from services.auth.app.forget_remains import forget_remains
from services.auth.app.get_second_factor import get_second_factor
from services.auth.app.list_proofs import list_proofs
from services.auth.app.make_recovery_codes import make_recovery_codes
from services.auth.app.provider_ports import Providers
from services.auth.app.redeem_sign_in_link import redeem_sign_in_link
from services.auth.app.remove_totp import remove_totp
from services.auth.app.sign_in import sign_in
from services.auth.app.start_totp import start_totp
from services.auth.app.step_up import step_up_by_code, step_up_by_password
from services.auth.clients.authenticator_codes import STEP_S
from services.auth.domain.errors import (
    ChallengeSpent,
    PasswordMissing,
    ProofNotTaken,
    SecondFactorNotSet,
    SecondFactorNotStarted,
    SecondFactorSet,
    TooManyCodes,
    WrongCode,
    WrongCredentials,
    WrongPassword,
)
from services.auth.domain.second_factor import (
    WRONG_FREE,
    new_recovery_codes,
)
from tests.unit.auth.fakes import World
from tests.unit.auth.signing_up import sign_up
from tests.unit.auth.waiting_mail import newest

EMAIL, PASSWORD = "ada@example.org", "a long enough secret"
RFC_SECRET = b"12345678901234567890"
NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)


def shown_at(secret: bytes, moment: datetime.datetime) -> str:
    """What an authenticator shows."""
    return TOTP(secret, 6, SHA1(), 30).generate(int(moment.timestamp())).decode()  # noqa: S303 - as RFC 6238 has it


class Person:
    """Somebody with a second factor."""

    def __init__(self, world: World, user_id: str, session_id: str, secret: bytes, recovery: list[str]) -> None:
        self.world, self.user_id, self.session_id = world, user_id, session_id
        self.secret, self.recovery = secret, recovery

    def code(self) -> str:
        """The authenticator's next one: time goes on first, as a code works once."""
        self.world.clock.advance(seconds=STEP_S)
        return shown_at(self.secret, self.world.clock.now())

    def wrong(self) -> str:
        """A code that the authenticator does not show around now."""
        now = self.world.clock.now()
        near = {shown_at(self.secret, now + datetime.timedelta(seconds=STEP_S * step)) for step in range(-3, 4)}
        return next(code for code in (digit * 6 for digit in "01234567") if code not in near)

    async def challenge(self) -> str:
        """What a right password gives."""
        with pytest.raises(SecondFactorNeeded) as needed:
            await sign_in(self.world.ports, EMAIL, PASSWORD, "Firefox")
        return needed.value.challenge.secret


async def begun(world: World) -> tuple[str, str, bytes]:
    """A person with a session and a secret that is not in force: user id, session id, secret."""
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    session_id = next(iter(world.store.rows.sessions))
    text, _, _ = await start_totp(world.ports, account.user_id)
    return account.user_id, session_id, base64.b32decode(text)


async def settled(world: World) -> Person:
    """A person with a second factor in force."""
    user_id, session_id, secret = await begun(world)
    recovery = await confirm_totp(world.ports, user_id, shown_at(secret, world.clock.now()), "en")
    return Person(world, user_id, session_id, secret, recovery)


# ---- Setting it ----


async def test_a_factor_counts_once_its_code_was_shown() -> None:
    """Until an authenticator has shown a right code, signing in takes the password alone, and nothing was mailed."""
    world = World(sends_mail=True)
    user_id, _, secret = await begun(world)
    mails = len(world.waiting())
    with pytest.raises(WrongCode):
        await confirm_totp(world.ports, user_id, "12345", "en")
    await sign_in(world.ports, EMAIL, PASSWORD)
    assert (await get_second_factor(world.ports, user_id)).set_at is None
    assert len(world.waiting()) == mails
    codes = await confirm_totp(world.ports, user_id, shown_at(secret, world.clock.now()), "de")
    assert len(set(codes)) == 10
    state = await get_second_factor(world.ports, user_id)
    assert (state.set_at, state.recovery_codes_left) == (world.clock.now(), 10)
    assert (newest(world).to, newest(world).subject) == (EMAIL, "Dein Konto verlangt jetzt einen Code")


async def test_a_factor_is_set_once() -> None:
    """While one is in force no other secret is made, and nothing waits for a code."""
    person = await settled(World())
    with pytest.raises(SecondFactorSet):
        await start_totp(person.world.ports, person.user_id)
    with pytest.raises(SecondFactorNotStarted):
        await confirm_totp(person.world.ports, person.user_id, person.code(), "en")


async def test_only_who_signs_in_by_password_has_a_second_step() -> None:
    """Somebody without a password is offered no second factor: there is no first one that it goes with."""
    world = World()
    link = await create_sign_in_link(world.ports, EMAIL, confirms_age=True)
    assert not (await get_second_factor(world.ports, link.user_id)).is_offered
    with pytest.raises(PasswordMissing):
        await start_totp(world.ports, link.user_id)


async def test_a_removed_factor_asks_for_nothing() -> None:
    """Without the factor the password signs in again, its recovery codes are gone, and the person is told."""
    person = await settled(World(sends_mail=True))
    await remove_totp(person.world.ports, person.user_id, "en")
    await sign_in(person.world.ports, EMAIL, PASSWORD)
    assert newest(person.world).subject == "Your account asks for no code any more"
    assert person.world.store.rows.recovery_codes == {}
    told = len(person.world.waiting())
    await remove_totp(person.world.ports, person.user_id, "en")
    assert len(person.world.waiting()) == told


# ---- Signing in ----


async def test_a_right_password_alone_opens_nothing() -> None:
    """With a second factor a password gives a challenge, and only that with a code gives a session that says both."""
    person = await settled(World())
    before = set(person.world.store.rows.sessions)
    challenge = await person.challenge()
    assert set(person.world.store.rows.sessions) == before
    _, tokens = await answer_challenge(person.world.ports, challenge, person.code(), "en")
    (opened,) = [each for each in person.world.store.rows.sessions.values() if each.session_id not in before]
    assert (tokens.user_id, opened.methods, opened.device) == (person.user_id, ("password", "totp"), "Firefox")
    assert opened.authenticated_at == person.world.clock.now()
    with pytest.raises(ChallengeSpent):
        await answer_challenge(person.world.ports, challenge, person.code(), "en")


async def test_a_wrong_password_tells_nothing_of_a_factor() -> None:
    """Known with a factor, known without, and unknown: the same refusal after the same work."""
    world = World()
    await settled(world)
    await sign_up(world.ports, "grace@example.org", PASSWORD, "")
    told = []
    for email in (EMAIL, "grace@example.org", "nobody@example.org"):
        verified = world.hasher.verified
        with pytest.raises(WrongCredentials) as refused:
            await sign_in(world.ports, email, "a wrong long secret")
        told.append((str(refused.value), world.hasher.verified - verified))
    assert told == [("", 1)] * 3
    assert world.store.rows.challenges == {}


async def test_a_challenge_ends() -> None:
    """It lasts minutes, and goes with the password that it came from."""
    person = await settled(World())
    late = await person.challenge()
    person.world.clock.advance(minutes=5)
    with pytest.raises(ChallengeSpent):
        await answer_challenge(person.world.ports, late, person.code(), "en")
    stale = await person.challenge()
    await change_password(person.world.ports, person.user_id, person.session_id, PASSWORD, "another long secret", "en")
    with pytest.raises(ChallengeSpent):
        await answer_challenge(person.world.ports, stale, person.code(), "en")


async def test_an_answer_holds_the_account_before_its_challenge() -> None:
    """As whatever else holds both does: two of them at once would else wait for each other."""
    person = await settled(World())
    challenge = await person.challenge()
    person.world.store.rows.locks.clear()
    await answer_challenge(person.world.ports, challenge, person.code(), "en")
    assert person.world.store.rows.locks == ["accounts", "sign_in_challenges"]


async def test_nothing_of_a_challenge_is_kept_past_its_end() -> None:
    """The hourly purge takes what nobody answered, for it names a person and their device."""
    person = await settled(World())
    await person.challenge()
    person.world.clock.advance(minutes=6)
    await forget_remains(person.world.ports)
    assert person.world.store.rows.challenges == {}


async def test_a_code_works_once() -> None:
    """A code that was taken is wrong from then on, for another sign-in and for a proof alike."""
    person = await settled(World())
    first, second, code = await person.challenge(), await person.challenge(), person.code()
    await answer_challenge(person.world.ports, first, code, "en")
    with pytest.raises(WrongCode):
        await answer_challenge(person.world.ports, second, code, "en")
    with pytest.raises(WrongCode):
        await step_up_by_code(person.world.ports, person.user_id, person.session_id, code, "en")


async def test_a_recovery_code_works_once_and_is_told() -> None:
    """Each of the ten signs in once, however it is typed; its owner hears of it, and fresh ones replace the rest."""
    person = await settled(World(sends_mail=True))
    ports, code = person.world.ports, person.recovery[0]
    await answer_challenge(ports, await person.challenge(), f" {code.lower().replace('-', ' ')} ", "en")
    assert newest(person.world).subject == "A recovery code was used"
    with pytest.raises(WrongCode):
        await answer_challenge(ports, await person.challenge(), code, "en")
    assert (await get_second_factor(ports, person.user_id)).recovery_codes_left == 9
    fresh = await make_recovery_codes(ports, person.user_id, "de")
    assert (newest(person.world).to, newest(person.world).subject) == (EMAIL, "Du hast neue Wiederherstellungscodes")
    with pytest.raises(WrongCode):
        await answer_challenge(ports, await person.challenge(), person.recovery[1], "en")
    await answer_challenge(ports, await person.challenge(), fresh[0], "en")
    assert await list_proofs(ports, Providers(), person.user_id) == ("totp", "recovery_code")


async def test_recovery_codes_go_with_a_factor() -> None:
    """Without a second factor there is nothing to recover."""
    world = World()
    user_id, _, _ = await begun(world)
    with pytest.raises(SecondFactorNotSet):
        await make_recovery_codes(world.ports, user_id, "en")


async def test_guesses_at_codes_are_held_off() -> None:
    """After some wrong codes none is looked at, a right one neither, and the pause grows up to a quarter of an hour."""
    person = await settled(World())
    ports = person.world.ports
    for _ in range(WRONG_FREE):
        with pytest.raises(WrongCode):
            await answer_challenge(ports, await person.challenge(), person.wrong(), "en")
    told = []
    for typed in (person.wrong(), shown_at(person.secret, person.world.clock.now()), "none at all"):
        with pytest.raises(TooManyCodes) as refused:
            await answer_challenge(ports, await person.challenge(), typed, "en")
        told.append((str(refused.value), refused.value.retry_after_s))
    assert told == [("", 30.0)] * 3
    waits = []
    for _ in range(8):
        person.world.clock.advance(seconds=900)
        with pytest.raises(WrongCode):
            await step_up_by_code(ports, person.user_id, person.session_id, person.wrong(), "en")
        with pytest.raises(TooManyCodes) as refused:
            await answer_challenge(ports, await person.challenge(), person.wrong(), "en")
        waits.append(refused.value.retry_after_s)
    assert waits == [60, 120, 240, 480, 900, 900, 900, 900]
    person.world.clock.advance(seconds=900)
    await answer_challenge(ports, await person.challenge(), person.code(), "en")
    with pytest.raises(WrongCode):
        await answer_challenge(ports, await person.challenge(), person.wrong(), "en")


async def guessed(person: Person, times: int) -> None:
    """Wrong codes, each after the pause of the one before."""
    for _ in range(times):
        person.world.clock.advance(minutes=15)
        with pytest.raises(WrongCode):
            await step_up_by_code(person.world.ports, person.user_id, person.session_id, person.wrong(), "en")


async def test_wrong_codes_shut_no_owner_out() -> None:
    """A recovery code is looked at while other codes are held off; a wrong one counts, and makes the pause no later."""
    person = await settled(World())
    ports = person.world.ports
    await guessed(person, WRONG_FREE)
    person.world.clock.advance(seconds=20)
    unknown = new_recovery_codes()[0]
    with pytest.raises(WrongCode):
        await answer_challenge(ports, await person.challenge(), unknown, "en")
    with pytest.raises(TooManyCodes) as refused:
        await answer_challenge(ports, await person.challenge(), shown_at(person.secret, person.world.clock.now()), "en")
    assert refused.value.retry_after_s == 40.0
    await answer_challenge(ports, await person.challenge(), person.recovery[0], "en")
    await answer_challenge(ports, await person.challenge(), person.code(), "en")


async def test_guesses_at_codes_are_told_once_a_day() -> None:
    """At the fifth wrong code its owner hears that somebody has their password, and of later ones not before a day."""
    person = await settled(World(sends_mail=True))
    world, subject = person.world, "Somebody enters wrong codes for your account"

    def told() -> int:
        return len([mail for mail in world.waiting() if mail.subject == subject])

    await guessed(person, WRONG_FREE - 1)
    assert told() == 0
    await guessed(person, 1)
    assert (told(), newest(world).to) == (1, EMAIL)
    await guessed(person, 3)
    await answer_challenge(world.ports, await person.challenge(), person.recovery[0], "en")
    await guessed(person, WRONG_FREE)
    assert told() == 1
    world.clock.advance(days=1)
    await guessed(person, 1)
    assert told() == 2


async def test_a_link_of_the_operator_is_the_way_back() -> None:
    """Who lost authenticator and codes is let in by a one-time link, as somebody who has just shown who they are."""
    person = await settled(World())
    link = await create_sign_in_link(person.world.ports, EMAIL, confirms_age=True)
    await redeem_sign_in_link(person.world.ports, link.code)
    opened = list(person.world.store.rows.sessions.values())[-1]
    assert (opened.methods, opened.authenticated_at) == (("link",), person.world.clock.now())


# ---- Showing again who one is ----


async def test_a_proof_makes_a_session_fresh() -> None:
    """A password, or with a factor a code alone, is noted in the session; a wrong one is not."""
    world = World()
    user_id, session_id, secret = await begun(world)
    world.clock.advance(hours=1)
    with pytest.raises(WrongPassword):
        await step_up_by_password(world.ports, user_id, session_id, "a wrong long secret")
    with pytest.raises(ProofNotTaken):
        await step_up_by_code(world.ports, user_id, session_id, "123456", "en")
    await step_up_by_password(world.ports, user_id, session_id, PASSWORD)
    assert world.store.rows.sessions[session_id].authenticated_at == world.clock.now()
    await confirm_totp(world.ports, user_id, shown_at(secret, world.clock.now()), "en")
    assert await list_proofs(world.ports, Providers(), user_id) == ("totp", "recovery_code")
    with pytest.raises(ProofNotTaken):
        await step_up_by_password(world.ports, user_id, session_id, PASSWORD)
    world.clock.advance(hours=1)
    await step_up_by_code(world.ports, user_id, session_id, shown_at(secret, world.clock.now()), "en")
    session = world.store.rows.sessions[session_id]
    assert (session.authenticated_at, session.methods) == (world.clock.now(), ("password", "totp"))


# ---- Codes ----
