"""What the link of a mail is for, told to whoever holds it before it does anything."""

from __future__ import annotations

import pytest
from hypothesis import given

from services.auth.app.confirm_email_change import confirm_email_change
from services.auth.app.confirm_sign_up import confirm_sign_up
from services.auth.app.describe_mailed_link import describe_mailed_link
from services.auth.app.keep_profile import keep_profile
from services.auth.app.ports import Ports
from services.auth.app.request_email_change import request_email_change
from services.auth.app.request_password_reset import request_password_reset
from services.auth.app.sign_up import new_person
from services.auth.app.sign_up import sign_up as sign_up_as_asked
from services.auth.app.verify_email import verify_email
from services.auth.domain.email_address import NO_EMAIL, masked, parse_email
from services.auth.domain.email_code import MailedAct, MailedLink
from services.auth.domain.errors import CodeSpent
from services.auth.domain.identity import Profile
from tests.unit.auth.fakes import World
from tests.unit.auth.signing_up import sign_up
from tests.unit.auth.test_email_address import ADDRESSES
from tests.unit.auth.waiting_mail import code_in, newest

ISSUER = "https://clerk.example"
ADA, NEW, PASSWORD = "ada@example.org", "grace@new.example", "a long enough secret"
MASKED, NEW_MASKED = "a•••@example.org", "g•••@new.example"


async def told(ports: Ports, act: MailedAct, code: str) -> tuple[str, str]:
    link = await describe_mailed_link(ports, act, code)
    return masked(link.account), masked(link.email)


async def test_a_link_tells_whose_account_it_is_for_and_is_not_spent() -> None:
    """Each link says which account it changes and which address that has then; asked any number of times it works."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, ADA, PASSWORD, "")
    verify = code_in(newest(world))
    await request_password_reset(world.ports, ADA, "en")
    reset = code_in(newest(world))
    await request_email_change(world.ports, account.user_id, NEW, "en")
    change = code_in(newest(world))
    for _ in range(2):
        assert await told(world.ports, MailedAct.VERIFY, verify) == (MASKED, MASKED)
        assert await told(world.ports, MailedAct.RESET, reset) == (MASKED, MASKED)
        assert await told(world.ports, MailedAct.CHANGE, change) == (MASKED, NEW_MASKED)
    await verify_email(world.ports, verify)
    await confirm_email_change(world.ports, change, "en")
    assert await told(world.ports, MailedAct.UNDO, code_in(newest(world))) == (NEW_MASKED, MASKED)


async def test_a_sign_up_that_waits_is_told() -> None:
    """Of an account that there is not yet, the link tells the address."""
    world = World(confirms_sign_ups=True)
    assert await sign_up_as_asked(world.ports, new_person(ADA, PASSWORD, "", confirms_age=True)) is None
    code = code_in(newest(world))
    link = await describe_mailed_link(world.ports, MailedAct.CONFIRM, code)
    assert link == MailedLink(NO_EMAIL, parse_email(ADA))
    await confirm_sign_up(world.ports, code, PASSWORD)
    with pytest.raises(CodeSpent):
        await describe_mailed_link(world.ports, MailedAct.CONFIRM, code)


async def test_nothing_is_told_by_a_link_that_does_nothing() -> None:
    """A code that is unknown, used, run out, of another kind, or of an address that was left is spent."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, ADA, PASSWORD, "")
    verify = code_in(newest(world))
    for act in MailedAct:
        with pytest.raises(CodeSpent):
            await describe_mailed_link(world.ports, act, "unknown")
        if act is not MailedAct.VERIFY:
            with pytest.raises(CodeSpent):
                await describe_mailed_link(world.ports, act, verify)
    await request_email_change(world.ports, account.user_id, NEW, "en")
    change = code_in(newest(world))
    await confirm_email_change(world.ports, change, "en")
    for act, code in ((MailedAct.CHANGE, change), (MailedAct.VERIFY, verify)):
        with pytest.raises(CodeSpent):
            await describe_mailed_link(world.ports, act, code)
    undo = code_in(newest(world))
    world.clock.advance(days=8)
    with pytest.raises(CodeSpent):
        await describe_mailed_link(world.ports, MailedAct.UNDO, undo)


async def test_a_link_for_a_password_tells_nothing_of_another_issuers_person() -> None:
    """It would choose no password, so it is spent as it is for whoever would; once they are ours again it tells."""
    world = World(sends_mail=True)
    async with world.store.transaction() as work:
        await keep_profile(world.ports, work, ISSUER, Profile("user_1", parse_email(ADA), "", world.clock.now()))
    await request_password_reset(world.ports, ADA, "en")
    code = code_in(newest(world))
    world.outside_issuers = frozenset({ISSUER})
    with pytest.raises(CodeSpent):
        await describe_mailed_link(world.ports, MailedAct.RESET, code)
    world.outside_issuers = frozenset()
    assert await told(world.ports, MailedAct.RESET, code) == (MASKED, MASKED)


@given(ADDRESSES)
def test_a_masked_address_shows_its_first_letter_and_its_domain(address: str) -> None:
    """Whoever knows the address knows it again, and nobody else learns it, nor how long it is."""
    local, _, domain = address.rpartition("@")
    assert masked(parse_email(address)) == f"{local[0]}•••@{domain}"
    assert masked(NO_EMAIL) == ""
