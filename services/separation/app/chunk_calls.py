"""What an engine is given beside a chunk: whom it tells what the chunk took, and when its stems may come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

Spent: TypeAlias = Callable[[float], None]
"""Hears the seconds of a processor that a chunk took, once, where the engine can tell."""
Turn: TypeAlias = Callable[[], Awaitable[None]]
"""Returns once stems that lie outside this process may be brought into it; stems that came in a message are in it."""


def untold(seconds: float) -> None:
    """For whoever does not ask what a chunk took."""
    del seconds


async def at_once() -> None:
    """For whoever takes stems whenever they come."""
