"""What whoever sent a request about privacy is written to, with an account or without."""

from __future__ import annotations

import datetime

import pytest

from services.auth.app.erase_account import erase_account
from services.auth.app.tell_sender import tell_sender
from services.auth.domain.request_words import RequestNotice, request_letter
from tests.unit.auth.fakes import World
from tests.unit.auth.signing_up import sign_up

EMAIL, ADDRESS, NUMBER = "ada@example.org", "somebody@example.org", "PR-7K2M9QX4TD"
DAY = datetime.date(2030, 8, 4)
ANSWER = "Nothing {at all} is held of you. {number} %s"


async def test_a_person_is_led_to_their_account_once() -> None:
    """The mail names the request and where its answer stands, not a word of it; asked again, it is not sent again."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, "a long enough secret", "")
    before = len(world.waiting())
    for _ in range(2):
        await tell_sender(world.ports, RequestNotice.ANSWERED, number=NUMBER, due_on=DAY, user_id=account.user_id)
    (mail,) = world.waiting()[before:]
    assert mail.to == EMAIL
    assert mail.subject == f"Your request {NUMBER} was answered / Deine Anfrage {NUMBER} wurde beantwortet"
    assert mail.text.count("https://us.example/#/account/requests") == 2
    # Of an extension they are told apart.
    await tell_sender(world.ports, RequestNotice.EXTENDED, number=NUMBER, due_on=DAY, user_id=account.user_id)
    extended = world.waiting()[-1]
    assert "by 4 August 2030" in extended.text
    assert "bis zum 4. August 2030" in extended.text


async def test_a_stranger_reads_the_answer_in_their_mail() -> None:
    """As it was written, whatever stands in it; and that this was the last mail to the address."""
    world = World(sends_mail=True)
    await tell_sender(world.ports, RequestNotice.ANSWERED, number=NUMBER, due_on=DAY, address=ADDRESS, text=ANSWER)
    (mail,) = world.waiting()
    assert mail.to == ADDRESS
    assert mail.text.endswith(f"\n\n{ANSWER}\n")
    assert "this was the last mail" in mail.text


@pytest.mark.parametrize("address", ["", "nobody", "a@example.org\nBcc: b@example.org", '"a b"@example.org'])
async def test_what_no_mail_can_go_to_is_written_nothing(address: str) -> None:
    """Retention is not asked again and again for an address that auth would refuse for ever."""
    world = World(sends_mail=True)
    await tell_sender(world.ports, RequestNotice.ANSWERED, number=NUMBER, due_on=DAY, address=address, text=ANSWER)
    assert world.waiting() == []


async def test_whoever_is_gone_is_written_nothing() -> None:
    """An account that was erased since has no address, and nobody else's gets the mail."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, "a long enough secret", "")
    await erase_account(world.ports, account.user_id)
    await tell_sender(world.ports, RequestNotice.ANSWERED, number=NUMBER, due_on=DAY, user_id=account.user_id)
    assert [mail for mail in world.waiting() if NUMBER in mail.subject] == []


async def test_without_mail_nothing_waits() -> None:
    """Where this installation sends none the notice is taken all the same: the answer stands where it was sent."""
    world = World()
    await tell_sender(world.ports, RequestNotice.ANSWERED, number=NUMBER, due_on=DAY, address=ADDRESS, text=ANSWER)
    assert world.waiting() == []


@pytest.mark.parametrize("notice", RequestNotice)
@pytest.mark.parametrize("text", ["", ANSWER])
def test_each_letter_is_whole_in_every_language(notice: RequestNotice, text: str) -> None:
    """Both languages name the request, lead to this installation, and leave no place open."""
    subject, words = request_letter(notice, "https://us.example/", number=NUMBER, due_on=DAY, text=text)
    assert subject.count(NUMBER) == 2
    own = words.replace(text, "") if text else words
    assert own.count(NUMBER) == 2
    assert own.count("https://us.example/") == 2
    assert "{" not in own
