"""What can go wrong in auth, named for the person who has to act on it; the text is the message."""

from __future__ import annotations


class InvalidEmail(Exception):
    """This is not an e-mail address."""


class AgeNotConfirmed(Exception):
    """An account is for people of 13 or older. Confirm that you are."""


class EmailKeptElsewhere(Exception):
    """Your address comes from where you sign in. Change it there."""


class EmailTaken(Exception):
    """There is an account with this e-mail address. Sign in instead."""


class WeakPassword(Exception):
    """Choose another password."""

    def __init__(self, fault: str, text: str) -> None:
        """`fault` is short, long, regular, personal or known; `text` says it in a sentence."""
        super().__init__(text)
        self.facts = {"fault": fault}


class DisplayNameTooLong(Exception):
    """A name has at most 100 characters."""


class WrongCredentials(Exception):
    """The e-mail address or the password is wrong."""


class SessionEnded(Exception):
    """The session has ended. Sign in again."""


class SessionNotFound(Exception):
    """There is no such session, or it has ended."""


class RefreshTokenReused(SessionEnded):
    """The session has ended. Sign in again."""

    # The message is the parent's on purpose: who replays a stolen token learns nothing from it.

    def __init__(self, session_id: str, user_id: str) -> None:
        """A spent token of this session came back, so its whole family was ended."""
        super().__init__()
        self.session_id = session_id
        self.user_id = user_id


class LinkSpent(Exception):
    """This sign-in link was used or has expired. Ask for a new one."""


class CodeSpent(Exception):
    """This link was used or has run out. Ask for a new one."""


class WrongPassword(Exception):
    """The password is wrong."""


class WrongCode(Exception):
    """The code is wrong, or was used already."""


class WrongPasskey(Exception):
    """This passkey was not taken, or its answer came too late. Try again, or show in another way who you are."""


class TooManyCodes(Exception):
    """Too many wrong codes were entered. Wait before the next one."""

    def __init__(self, retry_after_s: float) -> None:
        """`retry_after_s` is when a code is looked at again."""
        super().__init__()
        self.retry_after_s = retry_after_s


class ChallengeSpent(Exception):
    """This sign-in was finished or has run out. Begin again with your password."""


class SecondFactorSet(Exception):
    """There is a second factor already. Remove it first."""


class SecondFactorNotSet(Exception):
    """There is no second factor. Set one up first."""


class SecondFactorNotStarted(Exception):
    """Nothing waits for this code. Begin the set-up again."""


class PasswordMissing(Exception):
    """This account has no password here, which this needs. Choose one by mail first, where you sign in here."""


class ProofNotTaken(Exception):
    """This is not how you can show who you are. Use one of the methods that the refusal named."""


class MailOff(Exception):
    """This server sends no mail. Ask whoever runs it for a sign-in link."""


class TooManyMails(Exception):
    """Enough mail was sent for now. Look among what came, or try again later."""

    def __init__(self, retry_after_s: float) -> None:
        """`retry_after_s` is when another mail is sent for sure."""
        super().__init__()
        self.retry_after_s = retry_after_s


class AccountNotFound(Exception):
    """There is no such account."""


class IdentityEnded(Exception):
    """This account has been closed where you signed in with it."""


class IssuerUnknown(Exception):
    """This issuer is not set up here."""


class IssuerAway(Exception):
    """Whoever vouches for you cannot be reached just now; please try again."""


class TooManyMissing(Exception):
    """So many people are missing from the issuer's list that the list is not believed."""

    def __init__(self, missing: int, living: int) -> None:
        """`missing` of `living` people were not in the list."""
        super().__init__(f"{missing} of {living} people are missing from the issuer's list, which is not believed")


class WebhookUnknown(Exception):
    """Nothing here takes such messages."""


class WebhookRefused(Exception):
    """The message is not signed by the sender we know, or not within the last minutes."""


class WebhookUnreadable(Exception):
    """The message does not say what it should."""


class HashingBusy(Exception):
    """Too many people are signing in at this moment. Try again shortly."""

    def __init__(self, retry_after_s: float) -> None:
        """`retry_after_s` is when another try is likely to succeed."""
        super().__init__()
        self.retry_after_s = retry_after_s


class ApiKeyNameInvalid(Exception):
    """A key's name has 1 to 100 visible characters."""


class ScopesInvalid(Exception):
    """Name at least one scope, and only those that there are."""


class ApiKeyLifeInvalid(Exception):
    """A key works for 1 to 366 days, or never expires when that is asked for."""


class TooManyApiKeys(Exception):
    """You have as many keys as you may have. Revoke one of them first."""


class ApiKeyNotFound(Exception):
    """There is no such key."""


class ApiKeyRefused(Exception):
    """This key does not exist, or no longer."""


class IdempotencyKeyReused(Exception):
    """This idempotency key was used for another request."""


class SecretTold(Exception):
    """This request was answered already, and its secret is told once. Revoke what it made, and make another."""

    def __init__(self, key_id: str) -> None:
        """`key_id` is what the first one made."""
        super().__init__()
        self.facts = {"key_id": key_id}


class ClientNameInvalid(Exception):
    """A program's name has 1 to 100 visible characters."""


class DeviceCodeNotFound(Exception):
    """This code has run out, was answered, or never was. Begin anew in the program that showed it."""


class DeviceSignInPending(Exception):
    """Nobody has answered yet. Ask again when the interval is over."""


class DeviceRefused(Exception):
    """Whoever looked at the code refused it. Begin anew if that was a mistake."""


class DeviceAskedTooSoon(Exception):
    """That is sooner than was told. Wait longer between two questions from now on."""

    def __init__(self, retry_after_s: float) -> None:
        """`retry_after_s` is the interval from now on."""
        super().__init__()
        self.retry_after_s = retry_after_s


class PolicyNotInForce(Exception):
    """This is not the version of the privacy policy that is in force. Read the one that is, and accept that."""


class PolicyVersionNotFound(Exception):
    """There is no such version of the privacy policy that is in force, or is the next to be."""


class PasskeysOff(Exception):
    """There are no passkeys here: this server has no public name, or you sign in through somebody else."""


class PasskeyNameInvalid(Exception):
    """A passkey's name has 1 to 100 visible characters."""


class PasskeyNotFound(Exception):
    """There is no such passkey."""


class TooManyPasskeys(Exception):
    """You have as many passkeys as you may have. Remove one of them first."""


class PasskeyNotTaken(Exception):
    """This passkey was not taken: it does not answer what was asked, or comes too late. Try again."""


class PasskeyRefused(Exception):
    """This passkey opens nothing here, or its answer came too late. Try again, or sign in another way."""


class PasskeyCopied(PasskeyRefused):
    """This passkey opens nothing here, or its answer came too late. Try again, or sign in another way."""

    # The message is the parent's on purpose: whoever holds a copy learns nothing from it.

    def __init__(self, passkey_id: str, user_id: str) -> None:
        """It told of fewer uses than before; its owner is written to."""
        super().__init__()
        self.passkey_id = passkey_id
        self.user_id = user_id
