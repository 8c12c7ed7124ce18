"""What auth does not let itself be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.settings import SettingsInvalid, load
from services.auth.settings import AuthSettings


@pytest.mark.parametrize("life_s", [0, -1, 3601])
def test_tokens_live_no_longer_than_they_are_believed(life_s: int) -> None:
    """A life that every verifier would refuse is refused at the start, not at the first request."""
    with pytest.raises(SettingsInvalid, match="ACCESS_TOKEN_S"):
        AuthSettings(certificates=Path(), nats_url="", signing_key_file=Path("k"), access_token_s=life_s)


def test_ended_sessions_are_remembered_while_their_tokens_live() -> None:
    """Rows of ended sessions stay for at least a token's life: a gateway that starts anew learns of them from there."""
    with pytest.raises(SettingsInvalid, match="REMAINS_DAYS"):
        AuthSettings(certificates=Path(), nats_url="", signing_key_file=Path("k"), remains_days=0.006)
    AuthSettings(certificates=Path(), nats_url="", signing_key_file=Path("k"), remains_days=0.05)


@pytest.mark.parametrize(("name", "most"), [("remains_days", 7), ("purge_every_s", 3600)])
def test_what_the_policy_says_is_not_kept_longer(name: str, most: float) -> None:
    """The policy names how long remains stay: whoever runs this may be stricter, not laxer."""
    needed = {"certificates": Path(), "nats_url": "", "signing_key_file": Path("k")}
    with pytest.raises(SettingsInvalid, match=f"{name.upper()} is malformed.* {most} at most"):
        AuthSettings(**needed, **{name: most + 1})  # type: ignore[arg-type]  # names of settings, and their values
    AuthSettings(**needed, **{name: most / 2})  # type: ignore[arg-type]  # as above


NEEDED = {
    "STRIPSESSION_CERTIFICATES": "certificates",
    "STRIPSESSION_NATS_URL": "nats://127.0.0.1:9",
    "STRIPSESSION_SIGNING_KEY_FILE": "key.pem",
}
CLERK = {
    "STRIPSESSION_PUBLIC_URL": "https://us.example/",
    "STRIPSESSION_CLERK_ISSUER": "https://clerk.us.example",
    "STRIPSESSION_CLERK_SECRET_KEY_FILE": "clerk_api",
    "STRIPSESSION_CLERK_WEBHOOK_SECRET_FILE": "clerk_webhooks",
}


def test_clerk_is_set_up_by_four_words() -> None:
    """Issuer, two secrets and our own address are enough: tokens are then taken for pages of that address alone."""
    settings = load(AuthSettings, NEEDED | CLERK)
    assert settings.parties_of_clerk() == ("https://us.example",)
    named = {"STRIPSESSION_CLERK_AUTHORIZED_PARTIES": "https://a.example,https://b.example"}
    assert load(AuthSettings, NEEDED | CLERK | named).parties_of_clerk() == ("https://a.example", "https://b.example")
    assert load(AuthSettings, NEEDED).clerk_issuer == ""


@pytest.mark.parametrize("name", [name for name in CLERK if name != "STRIPSESSION_CLERK_ISSUER"])
def test_clerk_is_not_set_up_by_half(name: str) -> None:
    """What is missing beside the issuer is named at the start, and not by people who cannot come in."""
    told = {each: value for each, value in CLERK.items() if each != name}
    expected = "CLERK_AUTHORIZED_PARTIES" if name == "STRIPSESSION_PUBLIC_URL" else name
    with pytest.raises(SettingsInvalid, match=f"{expected}.*is missing"):
        load(AuthSettings, NEEDED | told)


@pytest.mark.parametrize(
    "changed",
    [
        {"STRIPSESSION_CLERK_ISSUER": "http://clerk.us.example"},
        {"STRIPSESSION_CLERK_ISSUER": "http://localhost.evil.example"},
        {"STRIPSESSION_CLERK_ISSUER": "http://127.0.0.1.evil.example/"},
        {"STRIPSESSION_CLERK_ISSUER": "https://clerk.us.example/"},
        {"STRIPSESSION_CLERK_ISSUER": "https://us.example/"},
        {"STRIPSESSION_CLERK_API_URL": "http://api.clerk.example"},
    ],
    ids=str,
)
def test_keys_and_lists_come_from_whom_they_should(changed: dict[str, str]) -> None:
    """An issuer is reached by https, is written without a slash at its end, and is not ourselves."""
    with pytest.raises(SettingsInvalid, match="is malformed"):
        load(AuthSettings, NEEDED | CLERK | changed)


def test_a_stand_in_on_this_machine_needs_no_certificate() -> None:
    """http is taken from loopback."""
    here = {"STRIPSESSION_CLERK_ISSUER": "http://127.0.0.1:9091", "STRIPSESSION_CLERK_API_URL": "http://localhost:9091"}
    assert load(AuthSettings, NEEDED | CLERK | here).clerk_issuer == "http://127.0.0.1:9091"


def test_passkeys_are_bound_to_what_is_named_first() -> None:
    """The public name, unless origins are given; those that browsers would not take are refused at the start."""
    assert load(AuthSettings, NEEDED).party_of_passkeys() is None
    told = load(AuthSettings, NEEDED | {"STRIPSESSION_PUBLIC_URL": "https://us.example/"}).party_of_passkeys()
    assert told is not None
    assert told.name == "us.example"
    named = {"STRIPSESSION_PASSKEY_ORIGINS": "https://a.example,https://www.a.example"}
    told = load(AuthSettings, NEEDED | named).party_of_passkeys()
    assert told is not None
    assert told.origins == ("https://a.example", "https://www.a.example")
    with pytest.raises(SettingsInvalid, match="PASSKEY_ORIGINS"):
        load(AuthSettings, NEEDED | {"STRIPSESSION_PASSKEY_ORIGINS": "http://a.example"})


def test_a_list_of_passwords_that_is_no_file_is_told_at_the_start(tmp_path: Path) -> None:
    """A slip in its path would leave what it should refuse unrefused."""
    named = {"STRIPSESSION_BREACHED_PASSWORDS_FILE": str(tmp_path / "pwned.txt")}
    with pytest.raises(SettingsInvalid, match="BREACHED_PASSWORDS_FILE"):
        load(AuthSettings, NEEDED | named)
