"""Whether the disk has room for what a start puts on it."""

from __future__ import annotations

import shutil

from stack.layout import Layout

MB = 1_000_000
INSTALLING_BYTES = 1_200 * MB
"""What unpacking the inference server takes at its highest; half of it stays."""
STARTING_BYTES = 300 * MB
"""An empty database, a queue and some hours of logs; below it nothing could be uploaded anyway."""


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
