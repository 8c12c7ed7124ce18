"""An asyncpg pool that belongs to one service's schema, with limits on every statement."""

from __future__ import annotations

import asyncio
import logging

import asyncpg

from chassis import logs

_log = logging.getLogger(__name__)

STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 4_000
IDLE_TRANSACTION_TIMEOUT_MS = 30_000
_CONNECT_TRIES = 60
_CONNECT_PAUSE_S = 0.5
_CLOSE_S = 10.0
# The server, the database or the role may be in the making: on one machine all start together.
_NOT_YET = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


class Database:
    """Connections to PostgreSQL, opened at start."""

    name = "database"

    def __init__(self, url: str, schema: str, *, size_max: int = 8) -> None:
        """`url` names a role that owns `schema`; at most `size_max` connections are open."""
        self._url = url
        self.schema = schema
        self._size_max = size_max
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    @property
    def pool(self) -> asyncpg.Pool[asyncpg.Record]:
        """The open pool. Raises RuntimeError before start."""
        if self._pool is None:
            raise RuntimeError("the database is not started")
        return self._pool

    @property
    def outbox_channel(self) -> str:
        """Channel on which a commit with facts notifies the relay."""
        return f"outbox_{self.schema}"

    async def start(self) -> None:
        """Connect, waiting for a server that is just starting. Raises ConnectionError when none answers."""
        last: Exception | None = None
        for attempt in range(_CONNECT_TRIES):
            try:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=self._size_max,
                    server_settings=self._server_settings(),
                    command_timeout=2 * STATEMENT_TIMEOUT_MS / 1000,
                )
                return
            except _NOT_YET as error:
                last = error
                if attempt == 0:
                    logs.event(_log, logging.INFO, "waiting for the database", reason=type(error).__name__)
                await asyncio.sleep(_CONNECT_PAUSE_S)
        raise ConnectionError(
            f"PostgreSQL does not let us in ({type(last).__name__}); see STRIPSESSION_DATABASE_URL"
        ) from last

    async def stop(self) -> None:
        """Close every connection; those still in use after a few seconds are cut."""
        if self._pool is not None:
            try:
                async with asyncio.timeout(_CLOSE_S):
                    await self._pool.close()
            except TimeoutError:
                self._pool.terminate()

    async def connect(self) -> asyncpg.Connection[asyncpg.Record]:
        """One connection outside the pool, for LISTEN and migrations."""
        return await asyncpg.connect(self._url, server_settings=self._server_settings())

    def _server_settings(self) -> dict[str, str]:
        return {
            "search_path": self.schema,
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "lock_timeout": str(LOCK_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(IDLE_TRANSACTION_TIMEOUT_MS),
            "application_name": f"stripsession-{self.schema}",
        }
