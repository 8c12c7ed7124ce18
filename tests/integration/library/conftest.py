"""The library's world, one a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.testing.postgres import PostgresServer
from tests.integration.library.world import World, make_world


@pytest.fixture
async def world(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[World]:
    """A library of its own on real PostgreSQL and a real folder."""
    async with make_world(postgres, tmp_path / "objects") as made:
        yield made
