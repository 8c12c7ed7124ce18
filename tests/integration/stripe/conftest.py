from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.stripe import shop as shops


@pytest.fixture
async def shop() -> AsyncIterator[shops.Shop]:
    """The stand-in, served, with the real SDK before it."""
    async with shops.opened() as opened:
        yield opened
