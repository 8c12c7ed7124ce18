"""What an operator can say of providers, and what auth does not let itself be told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.settings import SettingsInvalid, load
from services.auth.domain.provider import GOOGLE_ISSUER, providers_in
from services.auth.settings import AuthSettings
from tests.unit.auth.test_settings import NEEDED

GOOGLE = {"provider": "google", "kind": "google", "client_id": "1234.apps", "client_secret_file": "google"}
CLUB = {
    "provider": "club",
    "name": "The choir",
    "issuer": "https://id.choir.example/realm",
    "client_id": "stems",
    "client_secret_file": "club",
}


def test_google_is_set_up_by_a_client_and_its_secret() -> None:
    """Its issuer and its name need not be said; of any other provider they must."""
    google, club = providers_in(json.dumps([GOOGLE, CLUB]))
    assert (google.issuer, google.name, google.kind) == (GOOGLE_ISSUER, "Google", "google")
    assert (club.issuer, club.name, club.kind) == ("https://id.choir.example/realm", "The choir", "oidc")


@pytest.mark.parametrize(
    ("providers", "fault"),
    [
        ([], "1 to 10"),
        ({}, "1 to 10"),
        (["google"], "must be an object"),
        ([GOOGLE | {"secret": "x"}], "'secret', which is none of"),
        ([GOOGLE | {"client_id": ""}], "must have client_id"),
        ([{name: value for name, value in CLUB.items() if name != "issuer"}], "must have issuer"),
        ([CLUB | {"provider": "A B"}], "a-z"),
        ([CLUB | {"kind": "saml"}], "kind of provider 1"),
        ([CLUB | {"name": "x" * 41}], "visible"),
        ([CLUB | {"issuer": "http://id.choir.example"}], "https://"),
        ([CLUB | {"issuer": "https://id.example/.well-known/openid-configuration"}], "discovery"),
        ([CLUB | {"kind": "google"}], "says that it is Google"),
        ([CLUB, CLUB | {"issuer": "https://other.example"}], "names of providers must differ"),
        ([CLUB, CLUB | {"provider": "other"}], "issuers must differ"),
    ],
)
def test_a_provider_that_is_set_up_wrongly_is_named(providers: Any, fault: str) -> None:
    """At the start, in words that say what to change."""
    with pytest.raises(ValueError, match=fault):
        providers_in(json.dumps(providers))


@pytest.mark.property
@given(st.text(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_any_file_is_read_or_refused(text: str) -> None:
    """Nothing but a ValueError comes of a file that is none of ours."""
    with pytest.raises(ValueError, match=r"."):
        providers_in(text)


def told(folder: Path, **changed: str) -> dict[str, str]:
    (folder / "club").write_text("secret")
    (folder / "providers.json").write_text(json.dumps([CLUB | {"client_secret_file": str(folder / "club")}]))
    ours = {"PUBLIC_URL": "https://us.example", "PROVIDERS_FILE": str(folder / "providers.json")} | changed
    return NEEDED | {f"STRIPSESSION_{name}": value for name, value in ours.items()}


def test_providers_are_read_from_a_file(tmp_path: Path) -> None:
    """Beside the address that they send people back to, also one of this very machine."""
    for public_url in ("https://us.example", "http://127.0.0.1:8080"):
        settings = load(AuthSettings, told(tmp_path, PUBLIC_URL=public_url))
        assert [each.provider for each in settings.providers()] == ["club"]
    assert load(AuthSettings, NEEDED).providers() == ()


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"PUBLIC_URL": ""}, "needs STRIPSESSION_PUBLIC_URL"),
        ({"PUBLIC_URL": "http://stems.example.org"}, "needs STRIPSESSION_PUBLIC_URL"),
        ({"PROVIDERS_FILE": "nowhere.json"}, "cannot be used"),
        ({"ISSUER": "https://id.choir.example/realm"}, "in use already"),
        ({"PUBLIC_URL": "https://id.choir.example/realm"}, "in use already"),
    ],
)
def test_providers_are_not_set_up_by_half(tmp_path: Path, changed: dict[str, str], fault: str) -> None:
    """What is missing or contradicts itself is named at the start, and not by people who cannot come in."""
    with pytest.raises(SettingsInvalid, match=fault):
        load(AuthSettings, told(tmp_path, **changed))


def test_a_secret_that_is_not_there_is_named(tmp_path: Path) -> None:
    """At the start, and not when the first person wants to sign in."""
    settings = told(tmp_path)
    (tmp_path / "club").unlink()
    with pytest.raises(SettingsInvalid, match="is no file"):
        load(AuthSettings, settings)
