"""What the fake store holds."""

from __future__ import annotations

import dataclasses
import datetime

from services.auth.domain import passkey as passkey_domain
from services.auth.domain.account import Account
from services.auth.domain.api_key import ApiKey, Request
from services.auth.domain.device import DeviceSignIn
from services.auth.domain.email_code import EmailCode, PendingSignUp
from services.auth.domain.facts import Fact
from services.auth.domain.identity import Identity
from services.auth.domain.link import SignInLink
from services.auth.domain.mail import Mail
from services.auth.domain.passkey import Passkey
from services.auth.domain.policy_version import Acceptance, PolicyVersion, Way
from services.auth.domain.provider_sign_in import ProviderSignIn
from services.auth.domain.second_factor import SecondFactor, SignInChallenge
from services.auth.domain.session import RefreshToken, Session


@dataclasses.dataclass
class WaitingMail:
    """A mail, when it is due, and how often it was tried."""

    mail: Mail
    due_at: datetime.datetime
    tries: int = 0


@dataclasses.dataclass
class Rows:
    """What is committed."""

    accounts: dict[str, Account] = dataclasses.field(default_factory=dict)
    closed: dict[str, datetime.datetime] = dataclasses.field(default_factory=dict)
    erased: dict[str, dict[str, int]] = dataclasses.field(default_factory=dict)
    """What was removed of whom."""
    sessions: dict[str, Session] = dataclasses.field(default_factory=dict)
    tokens: dict[bytes, RefreshToken] = dataclasses.field(default_factory=dict)
    links: dict[bytes, SignInLink] = dataclasses.field(default_factory=dict)
    redeemed: set[bytes] = dataclasses.field(default_factory=set)
    identities: dict[tuple[str, str], Identity] = dataclasses.field(default_factory=dict)
    claimed: dict[tuple[str, str], datetime.datetime] = dataclasses.field(default_factory=dict)
    messages: dict[str, datetime.datetime] = dataclasses.field(default_factory=dict)
    codes: dict[bytes, EmailCode] = dataclasses.field(default_factory=dict)
    pending: dict[bytes, PendingSignUp] = dataclasses.field(default_factory=dict)
    used: set[bytes] = dataclasses.field(default_factory=set)
    mails: dict[str, WaitingMail] = dataclasses.field(default_factory=dict)
    keys: dict[bytes, ApiKey] = dataclasses.field(default_factory=dict)
    requests: dict[str, Request] = dataclasses.field(default_factory=dict)
    devices: dict[bytes, DeviceSignIn] = dataclasses.field(default_factory=dict)
    passkeys: dict[str, Passkey] = dataclasses.field(default_factory=dict)
    handles: dict[str, bytes] = dataclasses.field(default_factory=dict)
    questions: dict[bytes, passkey_domain.PasskeyQuestion] = dataclasses.field(default_factory=dict)
    provider_sign_ins: dict[bytes, ProviderSignIn] = dataclasses.field(default_factory=dict)
    factors: dict[str, SecondFactor] = dataclasses.field(default_factory=dict)
    recovery_codes: dict[str, set[bytes]] = dataclasses.field(default_factory=dict)
    challenges: dict[bytes, SignInChallenge] = dataclasses.field(default_factory=dict)
    policies: dict[int, PolicyVersion] = dataclasses.field(default_factory=dict)
    walks: dict[int, tuple[str, datetime.datetime]] = dataclasses.field(default_factory=dict)
    """Version -> how far its announcing has come, and when it came there."""
    acceptances: dict[tuple[str, int], Acceptance] = dataclasses.field(default_factory=dict)
    tellings: dict[tuple[str, int, Way], datetime.datetime] = dataclasses.field(default_factory=dict)
    handled: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    facts: list[Fact] = dataclasses.field(default_factory=list)
    locks: list[str] = dataclasses.field(default_factory=list)
    """The tables whose rows work that committed held, in the order in which it took them."""
