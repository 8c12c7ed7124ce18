"""Whether the disk has room for what a start puts on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from stack.layout import Layout

MB = 1_000_000
INSTALLING_BYTES = 1_200 * MB
"""What unpacking the inference server takes at its highest; half of it stays."""
FIRST_BYTES = 300 * MB
"""An empty database, a queue and some hours of logs; below it nothing could be uploaded anyway."""
AGAIN_BYTES = 50 * MB
"""Two segments of the database's journal and the first logs: enough to start a library and delete tracks of it."""
LOW_BYTES = 200 * MB
"""A few minutes of music; below it somebody should know while songs still go on."""
ROOM_BYTES = 300 * MB
"""Clearly more than that: a disk at the edge is not told of over and over."""


class DiskFull(Exception):
    """There is too little room to start; the text says how much is needed and what to do."""


def check_room(layout: Layout, *, is_installing: bool) -> None:
    """Raise DiskFull where starting would end halfway; the data folder must exist."""
    free = shutil.disk_usage(layout.root).free
    is_first = not layout.postgres.exists()
    needed = INSTALLING_BYTES if is_installing else FIRST_BYTES if is_first else AGAIN_BYTES
    if free < needed:
        what = "the first start" if is_first else "installing Triton anew" if is_installing else "starting"
        then = "start with --engine in_process to delete tracks" if is_installing else "delete tracks once it runs"
        remedies = ["free some space", *([] if is_first else [then]), "keep everything on another disk with --data"]
        raise DiskFull(
            f"the disk of {layout.root} has {free / MB:,.0f} MB free, and {what} needs {needed / MB:,.0f} MB; "
            + ", or ".join(remedies)
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
        if (free < (ROOM_BYTES if self._is_low else LOW_BYTES)) == self._is_low:
            return
        self._is_low = not self._is_low
        if self._is_low:
            self._say(
                f"the disk of {self._layout.root} is nearly full, {free / MB:,.0f} MB are free: songs stand still when "
                "it is. Delete tracks that nobody needs, or free space otherwise; they go on by themselves then"
            )
        else:
            self._say(f"the disk of {self._layout.root} has room again")
