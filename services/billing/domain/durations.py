"""Durations as people say them."""

from __future__ import annotations


def spoken(seconds: int) -> str:
    """Whole minutes as "15 minutes", others as "4:05" or "1:02:03" with the unit that the last number has."""
    minutes, rest_s = divmod(seconds, 60)
    if minutes == 0:
        return f"{rest_s} second{'' if rest_s == 1 else 's'}"
    if rest_s == 0:
        return f"{minutes:,} minute{'' if minutes == 1 else 's'}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest_s:02d} hours" if hours else f"{minutes}:{rest_s:02d} minutes"
