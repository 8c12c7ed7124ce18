"""The PostgreSQL that we bring along starts as whoever we are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chassis.db import server
from chassis.testing.postgres import PostgresServer


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
async def test_root_becomes_an_ordinary_user(postgres: PostgresServer) -> None:
    """PostgreSQL, which refuses root, runs for root as somebody else."""
    connection = await postgres.connected()
    assert await connection.fetchval("SELECT current_setting('server_version_num')::int / 10000") == 18
    await connection.close()


def test_an_ordinary_user_stays_who_he_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is changed for who is not root."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert server.command(tmp_path, 1)[0] == str(server.binaries() / "postgres")


def test_a_cluster_half_made_is_made_anew(tmp_path: Path) -> None:
    """What a killed initialisation left behind is cleared away, and a finished cluster is left alone."""
    (tmp_path / "cluster.half").mkdir()
    (tmp_path / "cluster.half" / "PG_VERSION").write_text("18")
    password = tmp_path / "password"
    password.write_text("for-tests")
    server.initialise(tmp_path / "cluster", password)
    assert not (tmp_path / "cluster.half").exists()
    before = (tmp_path / "cluster" / "PG_VERSION").stat()
    server.initialise(tmp_path / "cluster", password)
    assert (tmp_path / "cluster" / "PG_VERSION").stat() == before


def test_a_failing_initialisation_says_why(tmp_path: Path) -> None:
    """When the cluster cannot be made, one line says why."""
    with pytest.raises(server.PostgresUnavailable, match="initdb failed"):
        server.initialise(tmp_path / "cluster", tmp_path / "no password here")
