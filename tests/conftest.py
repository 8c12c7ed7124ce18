"""What every test shares: real servers, certificates, and how hard Hypothesis tries."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from chassis.testing.certificates import make_certificates
from chassis.testing.nats import NatsServer
from chassis.testing.postgres import PostgresServer
from tests.companies import STORIES, Companies, company_of

# No deadline: two shared cores make a slow example a matter of luck, and each test has its timeout. The same examples
# in every run, so that a failure is of the change that shows it; the search for new ones is `make property`.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("long", parent=settings.get_profile("default"), derandomize=False, max_examples=10_000)


def pytest_configure() -> None:
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("property")
    if "PYTEST_XDIST_WORKER" in os.environ:
        # The longest first, or one process would be left alone with it at the end.
        items.sort(key=lambda item: company_of(item.nodeid) != STORIES)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Companies:
    """Who runs what, when several processes share the tests."""
    return Companies(config, log)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A real PostgreSQL server for the whole run; take a database a test with `postgres.database(...)`."""
    server = PostgresServer(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()


@pytest.fixture
async def nats_server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A real NATS server with JetStream, started, for one test."""
    server = NatsServer(tmp_path / "nats")
    await server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ca.pem and a certificate and key of every service."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))
