"""The library's world, one a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.testing.postgres import PostgresServer
from services.library.app.deliver_webhooks import WebhookDeliverer
from tests.integration.library.world import World, make_world


@pytest.fixture
async def world(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[World]:
    """A library of its own on real PostgreSQL and a real folder."""
    async with make_world(postgres, tmp_path / "objects") as made:
        yield made


@pytest.fixture
def deliverer(world: World) -> WebhookDeliverer:
    return WebhookDeliverer(world.ports, lambda: 0.5)
