"""What may be sent, what operators may do with it, and what each end leaves."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.email_address import parse_email
from services.retention.domain.errors import (
    ExtensionTooLate,
    ReplyAddressInvalid,
    RequestEnded,
    RequestExtended,
    RequestTextInvalid,
)
from services.retention.domain.legal_clock import late_from
from services.retention.domain.privacy_request import (
    TEXT_CHARACTERS_MAX,
    Ending,
    Kind,
    PrivacyRequest,
    State,
    Untold,
    clean_address,
    clean_text,
    is_number,
    new_number,
    received,
)

NOW = datetime.datetime(2030, 1, 31, 12, tzinfo=datetime.UTC)
ADDRESS = "somebody@example.org"


def fresh(*, user_id: str = "") -> PrivacyRequest:
    return received(Kind.QUESTION, "Do you hold anything of me?", NOW, user_id=user_id, reply_to=ADDRESS)


def test_one_is_numbered_and_has_its_day() -> None:
    """From the first moment on it has a number of its own and the day of the law."""
    request = fresh()
    assert is_number(request.number)
    assert request.due_on == datetime.date(2030, 2, 28)
    assert not request.is_late(late_from(request.due_on) - datetime.timedelta(seconds=1))
    assert request.is_late(late_from(request.due_on))
    assert len({new_number() for _ in range(100)}) == 100


def test_a_persons_keeps_no_address() -> None:
    """Auth alone knows the address of whoever has an account, whatever came with the request."""
    assert fresh(user_id=f"usr_{'a' * 32}").reply_to == ""
    assert fresh().reply_to == ADDRESS


def test_an_extension_comes_once_in_time_and_with_a_reason() -> None:
    """Within the first month alone, and never a second time; the reason is what its sender is told."""
    request = fresh()
    with pytest.raises(ExtensionTooLate):
        request.extended("Many.", late_from(request.due_on))
    with pytest.raises(RequestTextInvalid):
        request.extended(" \n ", NOW)
    extended = request.extended("There are many.", late_from(request.due_on) - datetime.timedelta(seconds=1))
    assert (extended.due_on, extended.untold) == (datetime.date(2030, 4, 30), Untold.EXTENDED)
    assert extended.extended("There are many.", NOW) == extended
    with pytest.raises(RequestExtended):
        extended.extended("And more.", NOW)


def test_an_answer_ends_it_and_its_address_goes_with_the_mail() -> None:
    """The address stays until the mail is on its way, and no longer; the same answer once more changes nothing."""
    answered = fresh().answered("Nothing at all.", NOW)
    assert (answered.state, answered.untold, answered.reply_to) == (State.ANSWERED, Untold.ANSWERED, ADDRESS)
    assert not answered.is_late(late_from(answered.due_on))
    assert answered.answered("Nothing at all.", NOW + datetime.timedelta(days=1)) == answered
    with pytest.raises(RequestEnded):
        answered.answered("Something.", NOW)
    told = answered.told(Untold.ANSWERED)
    assert (told.reply_to, told.untold) == ("", Untold.NOTHING)


def test_who_is_told_of_an_extension_still_has_an_answer_to_come() -> None:
    """The address outlives the first mail; what an operator did meanwhile is still to be told."""
    extended = fresh().extended("There are many.", NOW)
    assert extended.told(Untold.EXTENDED).reply_to == ADDRESS
    answered = extended.answered("Nothing.", NOW)
    assert answered.told(Untold.EXTENDED) == answered


def test_closing_says_why_and_writes_to_nobody() -> None:
    """It ends with its reason, without an address, and without a word that would still be sent."""
    extended = fresh().extended("There are many.", NOW)
    closed = extended.closed(Ending.NO_REQUEST, NOW)
    assert (closed.state, closed.ending, closed.reply_to) == (State.CLOSED, Ending.NO_REQUEST, "")
    assert closed.untold is Untold.NOTHING
    assert closed.closed(Ending.NO_REQUEST, NOW) == closed
    with pytest.raises(RequestEnded):
        closed.answered("Late.", NOW)
    with pytest.raises(RequestEnded):
        closed.extended("Late.", NOW)
    with pytest.raises(RequestEnded):
        closed.closed(Ending.DUPLICATE, NOW)


@given(st.text(max_size=60))
def test_a_text_that_is_taken_holds_nothing_that_a_terminal_acts_on(text: str) -> None:
    """Whatever is typed: it is refused, or has no control character but ends of lines and tabs, nor turns any."""
    try:
        clean = clean_text(text)
    except RequestTextInvalid:
        return
    assert clean == clean_text(clean)
    assert clean.strip() == clean != ""
    assert not [each for each in clean if (ord(each) < 32 and each not in "\n\t") or 0x7F <= ord(each) < 0xA0]
    assert not set(clean) & set("\u202e\u2066\u2028")


@pytest.mark.parametrize("text", ["", " \r\n ", "a\x1b[2Jb", "a\u202eb", "a\0b", "a\ud800", "x" * 4001])
def test_hostile_texts_are_refused(text: str) -> None:
    """Nothing, what clears an operator's screen, what turns a line around, NUL, half a letter, and a book."""
    with pytest.raises(RequestTextInvalid):
        clean_text(text)


def test_lines_are_kept_and_counted_as_letters() -> None:
    """Ends of lines of every kind are one; a letter outside the first plane is one of 4000."""
    assert clean_text("one\r\ntwo\rthree\u2028four") == "one\ntwo\nthree\nfour"
    assert len(clean_text("\U0001d11e" * TEXT_CHARACTERS_MAX)) == TEXT_CHARACTERS_MAX


@pytest.mark.parametrize(
    "address",
    [
        *("", "nobody", "a@b", "a b@example.org", "a@example.org\nBcc: b@example.org", "<a@example.org>"),
        *("a,b@example.org", "a@exa mple.org", "=?utf-8?q?a?=@example.org\0", f"{'a' * 65}@example.org"),
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.org",
        *("a..b@example.org", ".a@example.org", "a.@example.org", "=?utf-8?q?a?=@example.org"),
        *("a@-example.org", "a@example-.org", "a@example.-", "a@example.org."),
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """Lists, headers, names around it, and what is longer than any address."""
    with pytest.raises(ReplyAddressInvalid):
        clean_address(address)


@given(st.text(alphabet="ab.-=?!é", min_size=1, max_size=8), st.text(alphabet="ab.-1", min_size=1, max_size=8))
def test_an_address_that_is_taken_is_one_that_mail_is_written_to(local: str, domain: str) -> None:
    """What is taken here is taken by auth, which writes: else an answer would go nowhere, and nobody would know."""
    try:
        address = clean_address(f"{local}@{domain}")
    except ReplyAddressInvalid:
        return
    assert parse_email(address).typed == address


@given(st.text(alphabet='ab.@ ,;<>:"\\()[]\r\n\té', max_size=12).map(lambda text: text + "@a.b"))
def test_an_address_that_is_taken_is_one_line_of_one_recipient(text: str) -> None:
    """Whatever is typed: no space, comma, angle or end of a line stands in an address."""
    try:
        address = clean_address(text)
    except ReplyAddressInvalid:
        return
    assert address.isascii()
    assert not set(address) & set(' \r\n\t,;<>()"\\[]:')
    assert address.count("@") == 1


def test_nothing_written_stands_in_its_repr() -> None:
    """A log or a traceback that names a request tells neither the text nor the address."""
    shown = repr(dataclasses.replace(fresh(), answer="Nothing.", extension="Many."))
    assert not [word for word in ("Do you hold", ADDRESS, "Nothing.", "Many.") if word in shown]
