"""The stand-in of a provider on one machine: where it runs, and that auth can be told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.auth.domain.provider import providers_in
from stack.commands import Plan, port_names, provider_command, settings_of
from stack.layout import Layout
from stack.reach import LOOPBACK, Reach
from stack.served_models import ServedModels


def plan_in(folder: Path, reach: Reach | None = None) -> Plan:
    numbers = {name: 20_000 + number for number, name in enumerate(port_names())}
    models = ServedModels(repository=folder, default="baseline", chunks_asked=1, default_is_network=False)
    return Plan(Layout(folder), numbers, reach or Reach(LOOPBACK), "in_process", "info", models)


def test_it_runs_where_it_is_asked_for_and_nobody_else_comes_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks for no password: never by itself, never under a public name, and never beside providers of one's own."""
    assert not plan_in(tmp_path).plays_provider
    assert "providers_file" not in settings_of(plan_in(tmp_path), "auth")
    monkeypatch.setenv("TRY_PROVIDER", "1")
    assert plan_in(tmp_path).plays_provider
    public = Reach(LOOPBACK, public_url="https://stems.example.org")
    assert not plan_in(tmp_path, public).plays_provider
    monkeypatch.setenv("STRIPSESSION_AUTH__PROVIDERS_FILE", "own.json")
    assert not plan_in(tmp_path).plays_provider


def test_auth_and_the_stand_in_are_told_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issuer, client, secret and the way back are each other's, and the secret is on no command line."""
    monkeypatch.setenv("TRY_PROVIDER", "1")
    plan = plan_in(tmp_path)
    settings = settings_of(plan, "auth")
    (provider,) = providers_in(Path(settings["providers_file"]).read_text())
    command = provider_command(plan)
    secret = provider.client_secret_file.read_text()
    assert f"http://{command.argv[command.argv.index('--listen') + 1]}" == provider.issuer
    assert command.argv[command.argv.index("--client") + 1] == provider.client_id
    back = f"{settings['public_url']}/v1/auth/providers/{provider.provider}/callback"
    assert command.argv[command.argv.index("--redirect-uri") + 1] == back
    assert command.environment["ISSUER_CLIENT_SECRET"] == secret
    assert secret not in " ".join(command.argv)
