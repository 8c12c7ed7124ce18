"""The import contracts refuse what they are for: each is broken on purpose in a copy of the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("chassis", "cli", "services", "stack", "gen")


# What is broken -> the module planted for it, so that nothing else in the tree can be refused, and what it imports.
BREACHES = {
    "a service imports a service": ("services.billing.clients.planted", "services.auth.domain"),
    "api imports store": ("services.billing.api.planted", "services.billing.store"),
    "api imports clients": ("services.library.api.planted", "services.library.clients"),
    "store imports settings": ("services.auth.store.planted", "services.auth.settings"),
    "app imports store": ("services.auth.app.planted", "services.auth.store"),
    "domain imports app": ("services.auth.domain.planted", "services.auth.app"),
    "domain imports grpc": ("services.retention.domain.planted", "grpc"),
    "app imports the chassis": ("services.retention.app.planted", "chassis"),
    "app imports a contract": ("services.billing.app.planted", "stripsession.billing.v1"),
    "the chassis imports a service": ("chassis.planted", "services.auth.domain"),
    "the chassis imports a contract": ("chassis.planted_too", "stripsession.auth.v1"),
    "generated code imports the chassis": ("stripsession.planted", "chassis"),
    "the supervisor imports a service": ("stack.planted", "services.auth.domain"),
    "the command line imports a service": ("cli.planted", "services.auth.domain"),
    "a service imports the supervisor": ("services.auth.clients.planted", "stack"),
    "a service imports tests": ("services.gateway.clients.planted", "tests"),
    "the decoder imports the chassis": ("services.separation.decoder.planted", "chassis"),
    "the decoder imports its service": ("services.separation.decoder.planted_too", "services.separation.audio"),
}
# Rooms that breaches name, made in the copy where the tree does not have them.
ROOMS = [
    f"services.{name}.{room}"
    for name in ("auth", "billing", "library")
    for room in ("app", "clients", "domain", "store")
]
ROOMS += ["services.auth.settings", "services.separation.audio"]
SEVENTH_ROOM = "services.auth.helpers"


def plant(root: Path, module: str, text: str = "") -> None:
    """Write a module, and make every folder above it a package."""
    parts = module.split(".")
    if parts[0] == "stripsession":
        root = root / "gen"
    for depth in range(1, len(parts)):
        folder = root.joinpath(*parts[:depth])
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    root.joinpath(*parts).with_suffix(".py").write_text(text, encoding="utf-8")


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """import-linter's verdict on a tree, which it must import in place of the one under test."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "gen")]), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def copied_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("contracts")
    shutil.copy(ROOT / "pyproject.toml", root)
    for name in COPIED:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.fixture(scope="module")
def verdict(copied_tree: Path) -> str:
    """What import-linter says of all breaches together: one tree, so that the graph is built once."""
    for room in ROOMS:
        place = copied_tree.joinpath(*room.split("."))
        if not (place.is_dir() or place.with_suffix(".py").exists()):
            plant(copied_tree, room)
    for module, imported in BREACHES.values():
        plant(copied_tree, module, f"import {imported}\n")
    plant(copied_tree, f"{SEVENTH_ROOM}.planted", "x = 1\n")
    result = lint_imports(copied_tree)
    assert result.returncode != 0
    return result.stdout


def test_this_repository_keeps_its_contracts() -> None:
    """The tree these tests lie in breaks no import contract."""
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("module", "imported"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_refused(module: str, imported: str, verdict: str) -> None:
    """An import that a contract forbids fails the build, which names both sides and the line."""
    assert f"{module} -> {imported} (l.1)" in verdict


def test_a_seventh_room_is_refused(verdict: str) -> None:
    """A service may not grow a room that is not on the list."""
    assert f"not listed as layers:\n\n- {SEVENTH_ROOM}\n" in verdict


def test_every_contract_has_a_breach(verdict: str) -> None:
    """No contract stands untried: each is broken by at least one of the breaches."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    assert [contract["name"] for contract in contracts if f"{contract['name']} BROKEN" not in verdict] == []
