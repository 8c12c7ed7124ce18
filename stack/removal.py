"""The end of an installation: its keys first, then all that it kept."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from stack.layout import Layout
from stack.secrets import MASTER_KEY

_OF_CLIENT = "client"
"""What the command line remembers of files that it sent."""
_BEGUN = ".removing"
"""A file that stands as long as a removal is not over."""


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
    """Whether one is there, or what an earlier removal left of it: folders of such names are many a project's."""
    return (layout.secrets / MASTER_KEY).is_file() or (layout.root / _BEGUN).is_file()


def remove_installation(layout: Layout) -> None:
    """Remove every folder of it, and the data folder where nothing of anybody else's is in it. Raises RemovalFailed.

    The caller keeps it from running meanwhile. Cut off in the middle, the same again removes the rest. A part that
    cannot be removed keeps none of the others.
    """
    (layout.root / _BEGUN).touch()
    _keep_names(layout.root)
    faults: list[str] = []
    for folder in parts_of(layout):
        try:
            shutil.rmtree(folder)
            # The keys are gone before anything else is, also where the power fails.
            _keep_names(layout.root)
        except OSError as error:
            faults.append(f"{error.filename or folder} cannot be removed: {error.strerror or error}")
    if faults:
        raise RemovalFailed("; ".join(faults))
    (layout.root / _BEGUN).unlink()
    # It may be a disk of its own, or in a folder of somebody else's.
    with contextlib.suppress(OSError):
        layout.root.rmdir()


def _keep_names(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
