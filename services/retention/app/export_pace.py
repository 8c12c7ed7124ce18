"""Holders that stop in the middle without a word."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import TypeVar

from services.retention.domain.errors import HolderFailed

Piece = TypeVar("Piece")


async def in_time(pieces: AsyncGenerator[Piece, None], patience_s: float) -> AsyncGenerator[Piece, None]:
    """Whatever a holder gives. Raises HolderFailed where the next piece does not come for so long.

    The time that somebody takes with a piece is theirs, and does not count.
    """
    async with contextlib.aclosing(pieces):
        while True:
            scope = asyncio.timeout(patience_s)
            try:
                async with scope:
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                if not scope.expired():
                    raise
                raise HolderFailed("TOO_SLOW") from error
            yield piece
