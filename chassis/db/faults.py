"""Which failures mean that PostgreSQL is away or too busy, rather than that something was asked wrongly."""

from __future__ import annotations

import socket

import asyncpg

_OUTAGES: tuple[type[BaseException], ...] = (
    ConnectionError,
    TimeoutError,
    socket.gaierror,
    asyncpg.PostgresConnectionError,  # the connection broke, or could not be made
    asyncpg.OperatorInterventionError,  # shutting down, starting up, or a statement out of time
    asyncpg.InsufficientResourcesError,  # no connection, memory or disk left
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,  # deadlock or serialization: the same again may succeed
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InternalClientError,  # asyncpg's words when the server ended a connection just as a statement began
)
_BROKEN = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


def is_outage(error: BaseException) -> bool:
    """Whether the same work may succeed a little later."""
    return isinstance(error, _OUTAGES) or (
        # asyncpg says it so when a connection ended between two statements.
        isinstance(error, asyncpg.InterfaceError) and "closed" in str(error)
    )


def is_broken_connection(error: BaseException) -> bool:
    """Whether the connection itself is dead, or could not be made."""
    return isinstance(error, _BROKEN)
