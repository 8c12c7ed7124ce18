"""No path leads from a running service to what trains models, nor back: each kind of path is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from chassis.training import ROOT, examine_imports

FOLDERS = (
    "services/library/app",
    "services/gateway/api",
    "stack",
    "cli",
    "chassis",
    "inference/door",
    "inference/training",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An installation: what serves, and training beside it."""
    for name in FOLDERS:
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "services/library/app/hear.py").write_text("import chassis.objects\n")
    (tmp_path / "chassis/objects.py").write_text("import obstore\n")
    (tmp_path / "inference/training/fit.py").write_text("import torch\n")
    return tmp_path


async def test_nothing_that_serves_reaches_training() -> None:
    """What is here of services, stack, command line and inference, and training itself, share no import."""
    told = await examine_imports(ROOT, ("services.library", "asyncio"))
    assert told["paths_to_training"] == 0
    assert told["modules_read"] > 500


async def test_one_service_alone_is_read_as_well(tree: Path) -> None:
    """An image has one service with the chassis, and neither training nor what else serves."""
    for name in set(FOLDERS) - {"services/library/app", "chassis"}:
        shutil.rmtree(tree / name)
    assert await examine_imports(tree, ()) == {"modules_read": 2, "paths_to_training": 0}


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("services/library/app/learn.py", "from inference.training import fit\n"),
        ("services/library/app/learn.py", "def learn():\n    import inference.training.fit\n"),
        ("services/library/app/learn.py", "from inference import training\n"),
        ("services/library/app/learn.py", "import importlib\nimportlib.import_module('inference.training.fit')\n"),
        ("chassis/learn.py", "from inference.training.fit import fit\n"),
        ("services/gateway/api/learn.py", "import inference.training\n"),
        ("stack/learn.py", "from inference.training.fit import fit\n"),
        ("cli/learn.py", "from inference.training.fit import fit\n"),
        ("inference/door/learn.py", "from inference.training.fit import fit\n"),
        ("inference/door/learn.py", "from ..training.fit import fit\n"),
        ("inference/door/learn.py", "from .. import training\n"),
        ("inference/learn.py", "from .training import fit\n"),
        ("inference/training/fetch.py", "import obstore\n"),
        ("inference/training/fetch.py", "from services.library.store import objects\n"),
    ],
)
async def test_each_path_is_found(tree: Path, place: str, text: str) -> None:
    """An import of training wherever it stands in what serves, one by its name, and one from training into storage."""
    assert (await examine_imports(tree, ()))["paths_to_training"] == 0
    (tree / place).write_text(text)
    assert (await examine_imports(tree, ()))["paths_to_training"] == 1


async def test_training_that_is_loaded_by_whatever_way_is_found(tree: Path) -> None:
    """A module of training in the process counts, whoever loaded it."""
    told = await examine_imports(tree, ("inference", "inference.training.fit"))
    assert told == {"modules_read": 3, "paths_to_training": 1}
