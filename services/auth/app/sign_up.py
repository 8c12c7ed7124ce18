"""Make an account and sign it in, or ask for its confirmation by mail."""

from __future__ import annotations

import dataclasses

from services.auth.app.address_holder import holder_of
from services.auth.app.choose_password import refuse_known
from services.auth.app.mail_code import mail_code
from services.auth.app.open_session import open_session
from services.auth.app.policy_acceptance import accept_as_signing_up
from services.auth.app.ports import Ports
from services.auth.app.write_mail import mailing, write_mail
from services.auth.domain.account import Account, clean_display_name
from services.auth.domain.email_address import EmailAddress, parse_email
from services.auth.domain.email_code import HOUR, MAILS_AN_HOUR_MAX, PendingSignUp, Purpose
from services.auth.domain.errors import AgeNotConfirmed, EmailTaken
from services.auth.domain.facts import AccountCreated
from services.auth.domain.identifiers import fingerprint, new_secret, new_user_id
from services.auth.domain.mail import Occasion
from services.auth.domain.password import check_password, prepared
from services.auth.domain.session import Method, SessionTokens


@dataclasses.dataclass(frozen=True)
class NewPerson:
    """Who asks for an account and is 13 or older, as they say, with what they chose checked."""

    email: EmailAddress
    password: str = dataclasses.field(repr=False)
    display_name: str
    language: str = "en"
    device: str = ""


def new_person(
    email: str, password: str, display_name: str, *, confirms_age: bool, language: str = "en", device: str = ""
) -> NewPerson:
    """Raises AgeNotConfirmed, InvalidEmail, WeakPassword or DisplayNameTooLong.

    Whether the password is a known one is asked later.
    """
    if not confirms_age:
        raise AgeNotConfirmed
    address = parse_email(email)
    check_password(password, address)
    return NewPerson(address, password, clean_display_name(display_name), language, device)


async def sign_up(ports: Ports, person: NewPerson) -> tuple[Account, SessionTokens] | None:
    """The account and its first session; None where the address has to be confirmed, whether or not it has an account.

    Raises WeakPassword or HashingBusy, and EmailTaken where sign-ups are not confirmed by mail.
    """
    await refuse_known(ports, person.password)
    if ports.mailing is not None and ports.mailing.confirms_sign_ups:
        await _ask_for_confirmation(ports, person)
        return None
    return await _sign_up_now(ports, person)


async def _sign_up_now(ports: Ports, person: NewPerson) -> tuple[Account, SessionTokens]:
    async with ports.store.transaction() as work:
        # Asked before the costly hash; the insert below decides between two that come at once.
        if await holder_of(work, person.email.key, ports.clock.now()) is not None:
            raise EmailTaken
    password_hash = await ports.hasher.hash(prepared(person.password))
    now = ports.clock.now()
    account = Account(new_user_id(), person.email, person.display_name, now, password_hash, age_confirmed_at=now)
    async with ports.store.transaction() as work:
        if not await work.accounts.add(account):
            raise EmailTaken
        await accept_as_signing_up(work, account.user_id, now)
        await work.publish(AccountCreated(account.user_id, account.created_at))
        if ports.mailing is not None:
            await mail_code(ports, work, Purpose.VERIFY, account, person.language, ports.mailing.lives.verify)
        return account, await open_session(ports, work, account.user_id, person.device, methods=(Method.PASSWORD,))


async def _ask_for_confirmation(ports: Ports, person: NewPerson) -> None:
    # Step by step the same for an address that has an account, but for the words of the mail: so is the time it takes.
    lives = mailing(ports).lives
    password_hash = await ports.hasher.hash(prepared(person.password))
    now, code = ports.clock.now(), new_secret()
    async with ports.store.transaction() as work:
        if await work.pending_sign_ups.count(person.email.key, now - HOUR) >= MAILS_AN_HOUR_MAX:
            return
        account = await work.accounts.of_email(person.email.key)
        owner_id = await holder_of(work, person.email.key, now)
        pending = PendingSignUp(
            *(fingerprint(code), person.email, person.display_name, password_hash, now),
            expires_at=now + lives.verify,
            age_confirmed_at=now,
        )
        await work.pending_sign_ups.add(pending)
        occasion = Occasion.CONFIRM_SIGN_UP if owner_id is None else Occasion.ADDRESS_TAKEN
        to = person.email.typed if account is None else account.email.typed
        # Of a taken address the code goes to nobody.
        await write_mail(
            ports, work, occasion, to, person.language, code=code, until=pending.expires_at, user_id=owner_id
        )
