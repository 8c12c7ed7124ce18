"""The house stands for a whole module: it takes seconds to build, and no cell of a walk changes another's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.testing.postgres import PostgresServer
from tests.integration.walks.belongings import Maker
from tests.integration.walks.house import standing
from tests.integration.walks.of_requests import strangers_requests
from tests.integration.walks.of_secrets import SecretMaker
from tests.integration.walks.people import Walk


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def walk(
    postgres: PostgresServer, certificates: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Walk]:
    async with standing(postgres, certificates, tmp_path_factory.mktemp("house")) as house:
        maker = Maker(house)
        ada, bob = await maker.person(), await maker.person()
        for person in (ada, bob):
            await maker.paying(person, house.shop)
        await strangers_requests(house)
        yield Walk(house, maker, ada, bob, SecretMaker(house, maker))
