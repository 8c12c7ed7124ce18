"""What every store of auth must do about people who are erased; run on the fake and on PostgreSQL."""

from __future__ import annotations

import dataclasses
import datetime

from services.auth.app.ports import Store, Work
from services.auth.domain.account import Account
from services.auth.domain.api_key import ApiKey
from services.auth.domain.device import DeviceSignIn
from services.auth.domain.email_address import EmailAddress, parse_email
from services.auth.domain.email_code import EmailCode, PendingSignUp, Purpose
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.link import SignInLink
from services.auth.domain.mail import Mail
from services.auth.domain.passkey import HANDLE_BYTES, Ceremony, Passkey, PasskeyQuestion
from services.auth.domain.policy_version import Acceptance, Way
from services.auth.domain.provider_sign_in import Connecting, ProviderSignIn
from services.auth.domain.second_factor import SecondFactor, SignInChallenge
from services.auth.domain.session import RefreshToken, Session

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
ISSUER = "https://clerk.example"


def address(user_id: str) -> EmailAddress:
    return parse_email(f"{user_id}@example.org")


async def furnish(work: Work, user_id: str) -> None:
    """One of everything that auth keeps of somebody."""
    email, until = address(user_id), NOW + HOUR

    def digest(kind: str) -> bytes:
        return fingerprint(f"{kind} {user_id}")

    await work.accounts.add(Account(user_id, email, "Ada", NOW, "hash", NOW, NOW))
    await work.policies.accept(user_id, Acceptance(1, NOW, at_sign_up=True))
    for way in (Way.MAIL, Way.NOTICE):
        assert await work.policies.tell(user_id, 2, way, NOW)
    session = Session(f"ses_{user_id}", user_id, NOW, NOW, until, device="Firefox, Linux")
    await work.sessions.add(session, RefreshToken(digest("token"), session.session_id, until))
    await work.links.add(SignInLink(digest("link"), user_id, until))
    for number, owner_id in enumerate((user_id, None)):
        code = EmailCode(digest(f"code {number}"), Purpose.RESET, owner_id, email.key, NOW, until)
        await work.email_codes.add(code)
    await work.pending_sign_ups.add(PendingSignUp(digest("pending"), email, "Ada", "hash", NOW, until))
    await work.mails.add(Mail(f"mail_{user_id}", email.typed, "Hello", "words", until, user_id), NOW)
    key = ApiKey(f"key_{user_id}", user_id, "backup", ("downloads",), "abcd", NOW, None)
    await work.api_keys.add(key, digest("key"), None)
    waiting = DeviceSignIn(digest("device"), digest("user code"), "program", "192.0.2.1", NOW, until)
    assert await work.device_sign_ins.add(waiting)
    await work.device_sign_ins.change(dataclasses.replace(waiting, user_id=user_id))
    await work.second_factors.put(SecondFactor(user_id, bytes(20), NOW))
    await work.second_factors.put_recovery_codes(user_id, [digest("recovery")])
    await work.challenges.add(SignInChallenge(digest("challenge"), user_id, "Firefox", ("password",), until))
    assert len(await work.passkeys.handle_of(user_id, 2 * digest("handle"))) == HANDLE_BYTES
    passkey = Passkey(f"psk_{user_id}", user_id, digest("credential"), b"public key", 0, ("usb",), "Key ring", NOW)
    assert await work.passkeys.add(passkey)
    await work.passkeys.ask(PasskeyQuestion(digest("question"), Ceremony.ADD, user_id, until))
    connecting = Connecting(user_id, session.session_id)
    await work.provider_sign_ins.add(
        ProviderSignIn(digest("state"), digest("browser"), "one", NOW, until, connecting=connecting)
    )
    identity = await work.identities.claim(ISSUER, f"subject_{user_id}", NOW)
    await work.identities.keep(dataclasses.replace(identity, user_id=user_id, told_at=NOW))


class PeopleConformance:
    """Subclasses give the fixture `store`."""

    async def test_all_of_a_person_goes_and_nothing_of_anothers(self, store: Store) -> None:
        """The account goes with all that opens it and waits for it, once its sessions have been over long enough."""
        async with store.transaction() as work:
            for user_id in ("usr_1", "usr_2"):
                await furnish(work, user_id)
            await work.accounts.close("usr_1", NOW)
            await work.sessions.end("ses_usr_1", NOW)
            assert not await work.people.erase("usr_1", NOW, NOW - HOUR)
            ((_, ended_at),) = await work.sessions.ended_since(NOW)
            assert ended_at == NOW
            assert await work.people.erase("usr_1", NOW, NOW)
            assert await work.people.erase("usr_1", NOW, NOW)
        kinds = ("accounts", "api_keys", "device_sign_ins", "mails", "sessions", "sign_in_links")
        passkeys = ("passkeys", "passkey_handles", "passkey_challenges")
        one_each = (*kinds, *passkeys, "second_factors", "sign_in_challenges", "policy_acceptances")
        expected = dict.fromkeys(one_each, 1) | {"policy_tellings": 2}
        async with store.transaction() as work:
            assert await work.people.counts("usr_1") == expected
            assert await work.sessions.ended_since(NOW) == []
            identity = await work.identities.get(ISSUER, "subject_usr_1")
            assert identity is not None
            assert (identity.user_id, identity.ended_at) == (None, NOW)
            assert await work.pending_sign_ups.get(fingerprint("pending usr_1"), NOW) is None
            assert await work.email_codes.get(fingerprint("code 1 usr_1"), Purpose.RESET, NOW) is None
            assert await work.provider_sign_ins.of_state(fingerprint("state usr_1")) is None
        async with store.transaction() as work:
            account = await work.accounts.get("usr_2")
            assert account == Account("usr_2", address("usr_2"), "Ada", NOW, "hash", NOW, NOW)
            assert [each.session_id for each in await work.sessions.living("usr_2", NOW, 9)] == ["ses_usr_2"]
            assert len(await work.api_keys.of_person("usr_2")) == 1
            assert len(await work.passkeys.of_person("usr_2")) == 1
            assert await work.provider_sign_ins.of_state(fingerprint("state usr_2")) is not None
            assert await work.links.redeem(fingerprint("link usr_2"), NOW) == "usr_2"
            assert await work.email_codes.get(fingerprint("code 0 usr_2"), Purpose.RESET, NOW) is not None
            assert await work.device_sign_ins.of_device(fingerprint("device usr_2")) is not None
            assert [each.mail.mail_id for each in await work.mails.claim(NOW, NOW + HOUR, 9)] == ["mail_usr_2"]
            assert await work.people.counts("usr_2") == {}
            assert len(await work.policies.acceptances("usr_2")) == 1
            assert await work.policies.acceptances("usr_1") == []
            assert await work.policies.tellings("usr_1") == []

    async def test_a_persons_issuers_speak_for_them_no_more(self, store: Store) -> None:
        """What other issuers call a person ends when that is said, once; what a neighbour is called does not."""
        async with store.transaction() as work:
            for user_id in ("usr_1", "usr_2"):
                await furnish(work, user_id)
            await work.people.end_identities("usr_1", NOW)
            await work.people.end_identities("usr_1", NOW + HOUR)
        async with store.transaction() as work:
            known = [await work.identities.get(ISSUER, f"subject_{user_id}") for user_id in ("usr_1", "usr_2")]
        assert [each and (each.user_id, each.ended_at) for each in known] == [("usr_1", NOW), ("usr_2", None)]

    async def test_who_is_closed_and_still_here_is_found(self, store: Store) -> None:
        """Closed accounts are told by when they were closed, until they are erased."""
        async with store.transaction() as work:
            for hours, user_id in enumerate(("usr_1", "usr_2", "usr_3")):
                await work.accounts.add(Account(user_id, address(user_id), "", NOW))
                await work.accounts.close(user_id, NOW + hours * HOUR)
            closed = [("usr_1", NOW), ("usr_2", NOW + HOUR)]
            assert await work.people.closed(NOW + 2 * HOUR, 9) == closed
            assert await work.people.closed(NOW + 2 * HOUR, 1) == closed[:1]
            assert await work.people.erase("usr_1", NOW, NOW)
            assert await work.people.closed(NOW + 2 * HOUR, 9) == closed[1:]
