"""What can go wrong in signing in by a provider, named for the person who has to act on it; the text is the message."""

from __future__ import annotations


class ProviderUnknown(Exception):
    """There is no such way to sign in here."""


class ProviderAway(Exception):
    """This provider cannot be reached just now. Sign in another way, or try again later."""


class ProviderDenied(Exception):
    """The sign-in was cancelled. Begin anew if that was a mistake."""


class ProviderAnswerRefused(Exception):
    """What came back from the provider cannot be believed. Begin anew."""

    def __init__(self, why: str) -> None:
        """`why` is for the log; whoever sent the answer is told the sentence alone."""
        super().__init__()
        self.why = why


class ProviderSignInSpent(Exception):
    """This sign-in was used, has run out, or began in another browser. Begin anew."""


class ProviderEmailTaken(Exception):
    """There is an account with this address. Sign in to it, then connect the provider there, under Security."""


class IdentityTaken(Exception):
    """This is connected to another account here. Sign in with it, and disconnect it there first."""


class ProviderConnected(Exception):
    """Another account of this provider is connected already. Disconnect that one first."""


class ConnectionNotFound(Exception):
    """This provider is not connected to your account."""


class LastWayIn(Exception):
    """Nothing else would sign you in. Add a passkey or choose a password by mail first, or connect another provider."""
