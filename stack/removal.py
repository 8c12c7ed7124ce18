"""The end of an installation: its keys first, then all that it kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from stack.layout import Layout

_OF_CLIENT = "client"
"""What the command line remembers of files that it sent."""


class RemovalFailed(Exception):
    """A part of the installation cannot be removed."""


def parts_of(layout: Layout) -> Sequence[Path]:
    """Folders of an installation that are there, in the order in which they go: its keys first."""
    folders = (
        *(layout.secrets, layout.objects, layout.postgres, layout.nats, layout.certificates, layout.mail, layout.logs),
        *(layout.stripe, layout.models, layout.gpu_networks, layout.triton, layout.importing, layout.root / _OF_CLIENT),
        layout.run,
    )
    return [folder for folder in folders if folder.is_dir()]


def is_installation(layout: Layout) -> bool:
    """Whether anything of one is there, be it what an earlier removal left."""
    return any(folder != layout.run for folder in parts_of(layout))


def remove_installation(layout: Layout) -> None:
    """Remove every folder of it, and the data folder where nothing of anybody else's is in it. Raises RemovalFailed.

    The caller keeps it from running meanwhile. Cut off in the middle, the same again removes the rest.
    """
    for folder in parts_of(layout):
        try:
            shutil.rmtree(folder)
            # The keys are gone before anything else is, also where the power fails.
            _keep_names(layout.root)
        except OSError as error:
            raise RemovalFailed(f"{error.filename or folder} cannot be removed: {error.strerror}") from error
    if not any(layout.root.iterdir()):
        layout.root.rmdir()


def _keep_names(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
