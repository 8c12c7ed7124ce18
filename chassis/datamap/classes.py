"""What a piece of kept data is. A promise names classes; the data map gives each place one."""

from __future__ import annotations

import enum


class DataClass(enum.StrEnum):
    """The first that fits, from the top: what says something of a person comes before what says nothing."""

    AUDIO = "audio"
    """Sound that a person sent, and sound made of it."""
    SECRET = "secret"  # noqa: S105 - the name of a class
    """Opens something to whoever has it, or proves who does: keys, tokens and what they are checked against."""
    PAYMENT = "payment"
    """The record of what was paid and used: plan, amounts, a card's type and last four digits."""
    ACCOUNT = "account"
    """Who a person is here: e-mail address, name, identity at a provider."""
    SECURITY = "security"
    """What guards an account: its sessions with device and times, passkeys, second step, names of keys."""
    AUDIO_METADATA = "audio_metadata"
    """What is known of a song: title, artist, file name, tags, tempo, outline."""
    USAGE = "usage"
    """How a person uses the product, beyond what it takes to serve them; only as they consent."""
    PREFERENCES = "preferences"
    """What a person chose for its own sake: language, theme, mix, how the player stands."""
    STAFF = "staff"
    """A name of somebody who runs the installation, as they told it."""
    PSEUDONYMOUS = "pseudonymous"
    """An opaque identifier of a person or their things, which leads to nobody once the account is erased."""
    OPERATIONAL = "operational"
    """None of these: numbers, states and times of the system's own work."""


PERSONAL = frozenset(set(DataClass) - {DataClass.PSEUDONYMOUS, DataClass.OPERATIONAL, DataClass.STAFF})
"""What says something of a person who uses the product: each is named by a promise, and none is kept for ever."""
