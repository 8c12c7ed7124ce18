"""Whether the disk has room for what a start puts on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from stack.layout import Layout

MB = 1_000_000
INSTALLING_BYTES = 1_200 * MB
"""What unpacking the inference server takes at its highest; half of it stays."""
STARTING_BYTES = 300 * MB
"""An empty database, a queue and some hours of logs; below it nothing could be uploaded anyway."""
LOW_BYTES = 200 * MB
"""A few minutes of music; below it somebody should know while songs still go on."""


class DiskFull(Exception):
    """There is too little room to start; the text says how much is needed and what to do."""


def check_room(layout: Layout, *, is_installing: bool) -> None:
    """Raise DiskFull where starting would end halfway; the data folder must exist."""
    free = shutil.disk_usage(layout.root).free
    needed = INSTALLING_BYTES if is_installing else STARTING_BYTES
    if free < needed:
        first = "the first start" if is_installing else "starting"
        raise DiskFull(
            f"the disk of {layout.root} has {free / MB:,.0f} MB free, and {first} needs {needed / MB:,.0f} MB; free "
            "some space, delete tracks that nobody needs once it runs, or keep everything on another disk with --data"
        )


class DiskWatch:
    """Tells once when the disk is nearly full, and once when there is room again."""

    def __init__(self, layout: Layout, say: Callable[[str], None]) -> None:
        """Takes it that there is room."""
        self._layout = layout
        self._say = say
        self._is_low = False

    def look(self) -> None:
        """Look at the disk, and tell what has changed. Raises OSError."""
        free = shutil.disk_usage(self._layout.root).free
        if (free < LOW_BYTES) == self._is_low:
            return
        self._is_low = not self._is_low
        if self._is_low:
            self._say(
                f"the disk of {self._layout.root} is nearly full, {free / MB:,.0f} MB are free: songs stand still when "
                "it is. Delete tracks that nobody needs, or free space otherwise; they go on by themselves then"
            )
        else:
            self._say(f"the disk of {self._layout.root} has room again")
