"""Mail: what is written, when it is sent, and what its links do."""

from __future__ import annotations

import dataclasses
import datetime
import re

import pytest

from services.auth.app.confirm_sign_up import confirm_sign_up
from services.auth.app.deliver_mails import BATCH, Outcome, deliver_mails
from services.auth.app.forget_remains import forget_remains
from services.auth.app.get_account import get_account
from services.auth.app.list_sessions import list_sessions
from services.auth.app.mailing_ports import MailerAway, MailRefused
from services.auth.app.request_password_reset import request_password_reset
from services.auth.app.request_verification import request_verification
from services.auth.app.sign_in import sign_in
from services.auth.app.sign_up import new_person
from services.auth.app.sign_up import sign_up as ask_to_sign_up
from services.auth.app.verify_email import verify_email
from services.auth.app.write_mail import write_mail
from services.auth.domain.email_code import MAILS_AN_HOUR_MAX
from services.auth.domain.errors import (
    CodeSpent,
    EmailTaken,
    TooManyMails,
    WeakPassword,
    WrongCredentials,
    WrongPassword,
)
from services.auth.domain.letters import letter, letter_of_policy
from services.auth.domain.mail import LANGUAGES, Occasion, pause_s, spoken
from services.auth.domain.policy_version import PolicyVersion
from services.auth.domain.policy_words import POLICY_WORDS
from tests.unit.auth.fakes import World
from tests.unit.auth.signing_up import sign_up
from tests.unit.auth.waiting_mail import code_in, newest

EMAIL, PASSWORD, CHOSEN = "ada@example.org", "a long enough secret", "another long secret"


async def deliver(world: World) -> list[tuple[Outcome, str]]:
    told: list[tuple[Outcome, str]] = []
    await deliver_mails(world.ports, lambda _, outcome, reason: told.append((outcome, reason)))
    return told


# ---- What is written ----


@pytest.mark.parametrize("occasion", [each for each in Occasion if each not in POLICY_WORDS["en"]])
def test_every_letter_is_whole_in_every_language(occasion: Occasion) -> None:
    """Each mail has a subject of one line and words, and a link's code in no subject and after the # alone."""
    letters = {language: letter(occasion, language, "https://us.example/", "CODE") for language in LANGUAGES}
    assert len({subject for subject, _ in letters.values()}) == len(LANGUAGES)
    for subject, text in letters.values():
        assert "\n" not in subject
        assert "CODE" not in subject
        assert "{" not in text
        assert "https://us.example/" in text
        assert "CODE" not in re.sub(r"#/\w+/CODE\b", "", text)


@pytest.mark.parametrize("occasion", POLICY_WORDS["en"])
@pytest.mark.parametrize("changes", [{}, {"en": "It is new.", "de": "Sie ist neu."}])
def test_every_letter_about_the_policy_is_whole(occasion: Occasion, changes: dict[str, str]) -> None:
    """It has a subject of one line, the day, the number and what is new, and leads to that version in each language."""
    policy = PolicyVersion(7, datetime.datetime(2031, 5, 1, tzinfo=datetime.UTC), changes)
    subject, text = letter_of_policy(occasion, "https://us.example/", policy)
    assert "\n" not in subject
    assert "{" not in subject + text
    assert " \n" not in text
    for said in ("1 May 2031", "1. Mai 2031", "version 7", "Fassung 7", *changes.values()):
        assert said in text
    for language in LANGUAGES:
        assert f"https://us.example/privacy?version=7&lang={language}\n" in text


@pytest.mark.parametrize(
    "occasion", [Occasion.CONFIRM_SIGN_UP, Occasion.VERIFY, Occasion.EMAIL_CHANGE, Occasion.EMAIL_CHANGED]
)
def test_a_letter_says_that_a_button_acts(occasion: Occasion) -> None:
    """Opening a link changes nothing, and who reads the mail alone is not told otherwise."""
    for language, button in (("en", "press the button"), ("de", "auf den Knopf")):
        assert button in letter(occasion, language, "https://us.example/", "CODE")[1]


@pytest.mark.parametrize("occasion", [Occasion.RESET, Occasion.EMAIL_CHANGED])
def test_a_letter_says_all_that_its_link_ends(occasion: Occasion) -> None:
    """Whoever goes by such a link has to set webhooks up again as well."""
    for language in LANGUAGES:
        text = letter(occasion, language, "https://us.example/", "CODE")[1]
        assert {word for word in ("Webhooks", "Passkeys", "Google") if word.lower() in text.lower()} == {
            *("Webhooks", "Passkeys", "Google")
        }


def test_the_language_is_ours_or_english() -> None:
    """A language is found in what a browser says, and English is written where it is none of ours."""
    assert [spoken(said) for said in ("de", "de-AT", "DE_de", "en-GB", "fr", "", "x" * 99)] == [
        *("de", "de", "de", "en", "en", "en", "en")
    ]


# ---- When it is sent ----


async def test_mail_is_sent_once_and_leaves_nothing() -> None:
    """What waits is handed over, in batches, and then forgotten."""
    world = World(sends_mail=True)
    for number in range(BATCH + 1):
        await sign_up(world.ports, f"ada{number}@example.org", PASSWORD, "")
    assert await deliver(world) == [(Outcome.SENT, "")] * (BATCH + 1)
    assert [mail.to for mail in world.mailer.sent] == [f"ada{number}@example.org" for number in range(BATCH + 1)]
    assert world.waiting() == []
    assert await deliver(world) == []


async def test_mail_waits_for_a_server_that_is_away() -> None:
    """A mail that was not taken is tried again, later each time, until it is taken."""
    world = World(sends_mail=True)
    await sign_up(world.ports, EMAIL, PASSWORD, "")
    world.mailer.fault = MailerAway("ConnectionRefusedError")
    assert await deliver(world) == [(Outcome.AWAY, "ConnectionRefusedError")]
    assert await deliver(world) == []
    world.clock.advance(seconds=pause_s(1))
    assert len(await deliver(world)) == 1
    world.clock.advance(seconds=pause_s(1))
    assert await deliver(world) == []
    world.mailer.fault = None
    world.clock.advance(seconds=pause_s(2) - pause_s(1))
    assert await deliver(world) == [(Outcome.SENT, "")]


async def test_a_refused_mail_is_given_up() -> None:
    """A mail that never will be taken is tried once, and one whose link has run out not at all."""
    world = World(sends_mail=True)
    await sign_up(world.ports, EMAIL, PASSWORD, "")
    world.mailer.fault = MailRefused("code 550")
    assert await deliver(world) == [(Outcome.REFUSED, "code 550")]
    assert world.waiting() == []
    await sign_up(world.ports, "bob@example.org", PASSWORD, "")
    world.clock.advance(days=1)
    assert await deliver(world) == []
    assert world.waiting() == []


async def test_a_mail_that_nobody_understands_holds_up_no_other() -> None:
    """A mail that fails in a way that nobody thought of is tried again, later each time, and the others are sent."""
    world = World(sends_mail=True)
    for email in (EMAIL, "bob@example.org"):
        await sign_up(world.ports, email, PASSWORD, "")
    world.mailer.fault, world.mailer.fault_of = LookupError(f"nothing is known of {EMAIL}"), EMAIL
    assert await deliver(world) == [(Outcome.AWAY, "LookupError"), (Outcome.SENT, "")]
    world.clock.advance(seconds=pause_s(1))
    assert await deliver(world) == [(Outcome.AWAY, "LookupError")]
    world.clock.advance(seconds=pause_s(1))
    assert await deliver(world) == []


async def test_who_has_no_address_is_not_written_to() -> None:
    """An account without an address, such as a provider's person may have, makes no mail to nowhere."""
    world = World(sends_mail=True)
    async with world.store.transaction() as work:
        await write_mail(world.ports, work, Occasion.PASSKEY_ADDED, "", "en")
    assert world.waiting() == []


# ---- Verification ----


async def test_an_address_is_verified_once() -> None:
    """The link of the first mail verifies the address, once; nothing more is mailed then."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    assert account.email_verified_at is None
    code = code_in(newest(world))
    await verify_email(world.ports, code)
    assert (await get_account(world.ports, account.user_id)).email_verified_at == world.clock.now()
    for spent in (code, "never given out"):
        with pytest.raises(CodeSpent):
            await verify_email(world.ports, spent)
    before = len(world.waiting())
    await request_verification(world.ports, account.user_id, "en")
    assert len(world.waiting()) == before


async def test_a_link_runs_out() -> None:
    """A link that is a day old verifies nothing, and a new one does; the language is the one that was asked in."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    old = code_in(newest(world))
    world.clock.advance(days=1)
    with pytest.raises(CodeSpent):
        await verify_email(world.ports, old)
    await request_verification(world.ports, account.user_id, "de")
    assert newest(world).subject == letter(Occasion.VERIFY, "de", "")[0]
    await verify_email(world.ports, code_in(newest(world)))


async def test_mails_are_limited() -> None:
    """An address is sent so many verifications an hour; then it says when there is another."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    for _ in range(MAILS_AN_HOUR_MAX - 1):
        await request_verification(world.ports, account.user_id, "en")
    with pytest.raises(TooManyMails):
        await request_verification(world.ports, account.user_id, "en")
    assert len(world.waiting()) == MAILS_AN_HOUR_MAX
    world.clock.advance(hours=1)
    await request_verification(world.ports, account.user_id, "en")


# ---- Sign-up that is confirmed by mail ----


@dataclasses.dataclass(frozen=True)
class Work:
    """What a request made auth do."""

    hashed: int
    verified: int
    rows: dict[str, int]


def work_of(world: World) -> Work:
    rows = world.store.rows
    counted = {field.name: len(getattr(rows, field.name)) for field in dataclasses.fields(rows)}
    return Work(world.hasher.hashed, world.hasher.verified, counted)


async def worked(world: World, email: str) -> Work:
    before = work_of(world)
    assert await ask_to_sign_up(world.ports, new_person(email, PASSWORD, "Ada", confirms_age=True)) is None
    after = work_of(world)
    rows = {name: count - before.rows[name] for name, count in after.rows.items()}
    return Work(after.hashed - before.hashed, after.verified - before.verified, rows)


async def test_a_known_password_waits_for_no_mail() -> None:
    """Whoever signs up with a password that guessers know is told at once, and no mail goes out."""
    world = World(confirms_sign_ups=True)
    with pytest.raises(WeakPassword):
        await ask_to_sign_up(world.ports, new_person(EMAIL, "password", "", confirms_age=True))
    assert (world.waiting(), world.hasher.hashed) == ([], 0)


async def test_sign_up_does_the_same_for_known_and_unknown_addresses() -> None:
    """One hash, one pending sign-up and one mail, and nothing else, whether or not there is an account."""
    world = World(confirms_sign_ups=True)
    unknown = await worked(world, EMAIL)
    await confirm_sign_up(world.ports, code_in(newest(world)), PASSWORD)
    known = await worked(world, EMAIL.upper())
    assert known == unknown
    assert (known.hashed, known.rows["pending"], known.rows["mails"]) == (1, 1, 1)
    assert sum(known.rows.values()) == 2
    taken = newest(world)
    assert (taken.to, taken.subject) == (EMAIL, letter(Occasion.ADDRESS_TAKEN, "en", "")[0])
    assert "#/" not in taken.text


async def test_sign_in_does_the_same_for_known_and_unknown_addresses() -> None:
    """A wrong password costs one verification and changes nothing, whether or not there is an account or a sign-up."""
    world = World(confirms_sign_ups=True)
    await ask_to_sign_up(world.ports, new_person(EMAIL, PASSWORD, "", confirms_age=True))
    await confirm_sign_up(world.ports, code_in(newest(world)), PASSWORD)
    await ask_to_sign_up(world.ports, new_person("eve@example.org", PASSWORD, "", confirms_age=True))
    costs = []
    for email, password in (
        (EMAIL, "a wrong password"),
        ("nobody@example.org", PASSWORD),
        ("eve@example.org", PASSWORD),
    ):
        before = work_of(world)
        with pytest.raises(WrongCredentials):
            await sign_in(world.ports, email, password)
        after = work_of(world)
        assert after.rows == before.rows
        costs.append((after.hashed - before.hashed, after.verified - before.verified))
    assert costs == [(0, 1)] * 3


async def test_a_confirmed_account_is_verified_and_signed_in() -> None:
    """There is no account before the code comes back with the password; then there is one, once, and it is verified."""
    world = World(confirms_sign_ups=True)
    await ask_to_sign_up(world.ports, new_person(EMAIL, PASSWORD, "Ada", confirms_age=True))
    await ask_to_sign_up(world.ports, new_person(EMAIL, PASSWORD, "Ada", confirms_age=True))
    first, second = (code_in(mail) for mail in world.waiting())
    assert world.store.rows.accounts == {}
    account, tokens = await confirm_sign_up(world.ports, first, PASSWORD, "Firefox, Linux")
    assert (account.display_name, tokens.user_id) == ("Ada", account.user_id)
    assert account.email_verified_at == world.clock.now()
    assert [session.device for session in await list_sessions(world.ports, account.user_id)] == ["Firefox, Linux"]
    for spent in (first, second, "never given out"):
        with pytest.raises(CodeSpent):
            await confirm_sign_up(world.ports, spent, PASSWORD)
    assert len(world.store.rows.accounts) == 1


async def test_nobody_confirms_anothers_password() -> None:
    """Whoever opens a mail that a stranger caused makes no account to which the stranger knows the password."""
    world = World(confirms_sign_ups=True)
    await ask_to_sign_up(world.ports, new_person(EMAIL, "the stranger's secret", "", confirms_age=True))
    code = code_in(newest(world))
    for password in (PASSWORD, ""):
        with pytest.raises(WrongPassword):
            await confirm_sign_up(world.ports, code, password)
    assert world.store.rows.accounts == {}
    await confirm_sign_up(world.ports, code, "the stranger's secret")


async def test_sign_ups_of_one_address_are_limited() -> None:
    """No more than so many mails an hour, for an address with an account as for one without."""
    world = World(confirms_sign_ups=True)
    await ask_to_sign_up(world.ports, new_person("bob@example.org", PASSWORD, "", confirms_age=True))
    await confirm_sign_up(world.ports, code_in(newest(world)), PASSWORD)
    world.clock.advance(hours=2)
    for email in (EMAIL, "bob@example.org"):
        before = len(world.waiting())
        for _ in range(MAILS_AN_HOUR_MAX + 1):
            await ask_to_sign_up(world.ports, new_person(email, PASSWORD, "", confirms_age=True))
        assert len(world.waiting()) - before == MAILS_AN_HOUR_MAX


async def test_without_confirmation_a_taken_address_is_told() -> None:
    """On one's own machine sign-up answers at once, and says that an address is taken."""
    world = World(sends_mail=True)
    await sign_up(world.ports, EMAIL, PASSWORD, "")
    with pytest.raises(EmailTaken):
        await sign_up(world.ports, EMAIL, PASSWORD, "")


async def test_codes_and_unconfirmed_sign_ups_are_forgotten() -> None:
    """A week past their end nothing is left of codes and of sign-ups that nobody confirmed."""
    world = World(confirms_sign_ups=True)
    await ask_to_sign_up(world.ports, new_person(EMAIL, PASSWORD, "", confirms_age=True))
    await request_password_reset(world.ports, EMAIL, "en")
    world.clock.advance(days=8, seconds=-1)
    await forget_remains(world.ports)
    assert len(world.store.rows.pending) == 1
    world.clock.advance(seconds=2)
    await forget_remains(world.ports)
    assert (world.store.rows.pending, world.store.rows.codes) == ({}, {})
    assert datetime.timedelta(days=7) == world.ports.lives.remains


async def test_mail_that_is_kept_is_forgotten_too() -> None:
    """What is kept of mail on one machine goes with the other remains; a folder that fails holds up nothing else."""
    world = World(confirms_sign_ups=True)
    await forget_remains(world.ports)
    assert world.mailer.forgotten_before == world.clock.now() - world.ports.lives.remains
    await ask_to_sign_up(world.ports, new_person(EMAIL, PASSWORD, "", confirms_age=True))
    world.mailer.fault = MailerAway("the mail folder cannot be written")
    world.clock.advance(days=9)
    await forget_remains(world.ports)
    assert world.store.rows.pending == {}
