"""Every setting of auth, with its unit."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

from chassis.settings import ServiceSettings, SettingsInvalid
from chassis.tokens.rules import SESSION_LIFE_S_MAX
from services.auth.domain.provider import Provider, is_secure, providers_in
from services.auth.domain.relying_party import RelyingParty, relying_party

REMAINS_DAYS_MAX = 7.0
PURGE_EVERY_S_MAX = 3600.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class AuthSettings(ServiceSettings):
    """What auth is told, beyond what every service is."""

    signing_key_file: Path
    """Ed25519 private key in PEM that signs access tokens; made at the first start, readable by its owner alone."""
    retired_key_files: tuple[Path, ...] = ()
    """Keys that sign no more and whose tokens may still live; their public halves stay in the key set."""
    second_factor_key_file: Path | None = None
    """32 bytes that seal authenticators' secrets; made at the first start, beside the signing key where this is empty.
    Unlike that key it must never change: with it goes everybody's second factor."""
    public_url: str = ""
    """Where people reach us, e.g. https://stripsession.example."""
    passkey_origins: tuple[str, ...] = ()
    """Origins of our pages where passkeys work, e.g. https://stripsession.example. Passkeys are bound to the first
    one's name for good, and the others are of that name or below it; empty takes public_url."""
    issuer: str = ""
    """The `iss` claim; empty takes public_url, and `stripsession` when that is empty too."""
    audience: str = "stripsession"
    """The `aud` claim."""
    access_token_s: int = 600
    """Life of an access token, an hour at most. Gateways refuse an ended session's at once, others after this."""
    session_idle_days: float = 30.0
    """A session unused for this long ends."""
    sign_in_link_s: int = 600
    """Life of a one-time sign-in link (ASVS 6.5.5: ten minutes at most)."""
    mail_from: str = "StripSession <no-reply@localhost.localdomain>"
    """Address that mail comes from."""
    mail_dir: Path | None = None
    """Folder that mail is written to, as .eml files for whoever runs this machine; an SMTP server comes before it."""
    smtp_host: str = ""
    """Server that takes our mail; without it and `mail_dir` none is sent."""
    smtp_port: int = 587
    """Its port; 465 where `smtp_encryption` is tls."""
    smtp_encryption: Literal["starttls", "tls", "none"] = "starttls"
    """starttls (encrypted or not at all), tls (from the first byte) or none."""
    smtp_user: str = ""
    """Who we are there; empty where it does not ask."""
    smtp_password_file: Path | None = None
    """File with the password for it."""
    smtp_authority_file: Path | None = None
    """PEM of the authority of its certificate, where the system does not know it."""
    smtp_deadline_s: float = 20.0
    """Longest time for handing over one mail; it is tried again later, and no request waits for it."""
    mail_every_s: float = 1.0
    """Time between two looks for mail that waits."""
    email_link_s: int = 86_400
    """Life of a link that confirms an address or a sign-up."""
    reset_link_s: int = 1800
    """Life of a link that chooses a new password."""
    sign_up_confirmed_by_mail: bool = False
    """Make accounts when the mail to their address was read: then nobody learns from a sign-up who has an account."""
    remains_days: float = REMAINS_DAYS_MAX
    """How long rows of sessions and links that are over are kept, and mail in a folder; an hour at least."""
    purge_every_s: float = PURGE_EVERY_S_MAX
    """Time between two removals of these."""
    hashing_memory_kib: int = 19456
    """Memory of one password hash, in KiB."""
    hashing_passes: int = 2
    """Passes over that memory."""
    hashing_parallel: int = 2
    """Password hashes computed at once."""
    hashing_wait_s: float = 2.0
    """Longest wait for a turn to hash; then the caller is told to come back."""
    hashing_waiting_max: int = 64
    """Callers that may wait for a turn; more are told to come back at once."""
    breached_passwords_file: Path | None = None
    """SHA-1 hashes of passwords that nobody may choose, as Have I Been Pwned's downloader makes them
    (docs/hosting.md); the lists that come with us are compared with either way."""
    clerk_issuer: str = ""
    """Clerk's Frontend API URL, e.g. https://clerk.stripsession.example; empty takes nobody from Clerk."""
    clerk_authorized_parties: tuple[str, ...] = ()
    """Origins of the pages whose Clerk tokens are taken (their `azp`); empty takes public_url alone."""
    clerk_secret_key_file: Path | None = None
    """Holds the key of Clerk's backend API, sk_..."""
    clerk_webhook_secret_file: Path | None = None
    """Holds the secret that signs Clerk's webhooks, whsec_..."""
    clerk_api_url: str = "https://api.clerk.com"
    """Clerk's backend API."""
    clerk_reconcile_every_s: float = 21600.0
    """Time between two comparisons with Clerk's list of users, whose webhooks may never come."""
    providers_file: Path | None = None
    """JSON list of OpenID providers that people may sign in by (docs/hosting.md); without it there are none."""

    @property
    def factor_key_file(self) -> Path:
        """Where the key for authenticators' secrets is."""
        return self.second_factor_key_file or self.signing_key_file.with_name("second-factor.key")

    @property
    def sends_mail(self) -> bool:
        """Whether there is anybody to take it."""
        return bool(self.smtp_host) or self.mail_dir is not None

    def __post_init__(self) -> None:
        """Raises SettingsInvalid when tokens would outlive what is believed of them, or something is set up by half."""
        faults = []
        if not 0 < self.access_token_s <= SESSION_LIFE_S_MAX:
            faults.append(f"STRIPSESSION_ACCESS_TOKEN_S is malformed: from 1 to {SESSION_LIFE_S_MAX}")
        if self.remains_days * 86_400 < SESSION_LIFE_S_MAX:
            # Gateways that start read from these rows who must be refused, and mails of the last hour are counted.
            faults.append(f"STRIPSESSION_REMAINS_DAYS is malformed: {SESSION_LIFE_S_MAX} s at least")
        # The policy names both lives: whoever runs this may be stricter than it, not laxer.
        if self.remains_days > REMAINS_DAYS_MAX:
            faults.append(f"STRIPSESSION_REMAINS_DAYS is malformed: {REMAINS_DAYS_MAX:g} at most")
        if not 0 < self.purge_every_s <= PURGE_EVERY_S_MAX:
            faults.append(f"STRIPSESSION_PURGE_EVERY_S is malformed: more than 0, and {PURGE_EVERY_S_MAX:g} at most")
        if self.sign_up_confirmed_by_mail and not (self.sends_mail and self.public_url):
            faults.append(
                "STRIPSESSION_SIGN_UP_CONFIRMED_BY_MAIL needs STRIPSESSION_PUBLIC_URL, and STRIPSESSION_SMTP_HOST or"
                " STRIPSESSION_MAIL_DIR"
            )
        if self.passkey_origins and self.party_of_passkeys() is None:
            faults.append(
                "STRIPSESSION_PASSKEY_ORIGINS is malformed: https:// and names, or http://localhost:PORT; all of the"
                " first one's name or below it"
            )
        if self.breached_passwords_file is not None and not self.breached_passwords_file.is_file():
            faults.append(f"STRIPSESSION_BREACHED_PASSWORDS_FILE {self.breached_passwords_file} is no file")
        if self.clerk_issuer:
            faults += self._clerk_faults()
        if self.providers_file is not None:
            faults += self._provider_faults(self.providers_file)
        if faults:
            raise SettingsInvalid("; ".join(faults))

    def party_of_passkeys(self) -> RelyingParty | None:
        """What passkeys are bound to; None where there can be none."""
        return relying_party(self.passkey_origins or ((self.public_url,) if self.public_url else ()))

    def parties_of_clerk(self) -> tuple[str, ...]:
        """The origins whose tokens are taken."""
        return self.clerk_authorized_parties or ((self.public_url.rstrip("/"),) if self.public_url else ())

    def providers(self) -> tuple[Provider, ...]:
        """Those of the file. Raises OSError or ValueError."""
        if self.providers_file is None:
            return ()
        return providers_in(self.providers_file.read_text(encoding="utf-8"))

    def _provider_faults(self, path: Path) -> list[str]:
        try:
            providers = self.providers()
        except (OSError, ValueError) as error:
            return [f"STRIPSESSION_PROVIDERS_FILE {path} cannot be used: {error}"]
        faults = []
        if not is_secure(self.public_url):
            faults.append(
                "STRIPSESSION_PROVIDERS_FILE needs STRIPSESSION_PUBLIC_URL, which providers send people back to"
            )
        for each in providers:
            if each.issuer in (self.clerk_issuer, self.issuer, self.public_url.rstrip("/")):
                faults.append(f"issuer of provider {each.provider} is in use already, by Clerk or by ourselves")
            if not each.client_secret_file.is_file():
                faults.append(f"client_secret_file of provider {each.provider} is no file")
        return faults

    def _clerk_faults(self) -> list[str]:
        needed = {
            "CLERK_SECRET_KEY_FILE": self.clerk_secret_key_file,
            "CLERK_WEBHOOK_SECRET_FILE": self.clerk_webhook_secret_file,
            "CLERK_AUTHORIZED_PARTIES": self.parties_of_clerk(),
        }
        faults = [f"STRIPSESSION_{name} is missing beside CLERK_ISSUER" for name, value in needed.items() if not value]
        for name, url in (("CLERK_ISSUER", self.clerk_issuer), ("CLERK_API_URL", self.clerk_api_url)):
            if not is_secure(url):
                faults.append(f"STRIPSESSION_{name} is malformed: it must begin with https://")
            if url.endswith("/"):
                faults.append(f"STRIPSESSION_{name} is malformed: no slash at the end")
        if self.clerk_issuer in (self.issuer, self.public_url.rstrip("/")):
            faults.append("STRIPSESSION_CLERK_ISSUER is malformed: it is our own issuer")
        return faults
