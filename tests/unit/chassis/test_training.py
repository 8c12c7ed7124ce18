"""No path leads from a running service to what trains models, nor back: each kind of path is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.training import ROOT, examine_imports

SERVICES = ("auth", "billing", "library", "retention", "separation")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An installation: a service, the chassis, and training beside them."""
    for name in ("services/library/app", "chassis", "inference/training"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "services/library/app/hear.py").write_text("import chassis.objects\n")
    (tmp_path / "chassis/objects.py").write_text("import obstore\n")
    (tmp_path / "inference/training/fit.py").write_text("import torch\n")
    return tmp_path


@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_reaches_training(service: str) -> None:
    """What each service is made of, and training itself where it is there, share no import."""
    told = await examine_imports(service, ROOT, ("services.library", "asyncio"))
    assert told["paths_to_training"] == 0
    assert told["modules_read"] > 40


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("services/library/app/learn.py", "from inference.training import fit\n"),
        ("services/library/app/learn.py", "def learn():\n    import inference.training.fit\n"),
        ("services/library/app/learn.py", "from inference import training\n"),
        ("services/library/app/learn.py", "import importlib\nimportlib.import_module('inference.training.fit')\n"),
        ("chassis/learn.py", "from inference.training.fit import fit\n"),
        ("inference/training/fetch.py", "import obstore\n"),
        ("inference/training/fetch.py", "from services.library.store import objects\n"),
    ],
)
async def test_each_path_is_found(tree: Path, place: str, text: str) -> None:
    """An import of training wherever it stands in a service, one by its name, and one from training into storage."""
    assert (await examine_imports("library", tree, ()))["paths_to_training"] == 0
    (tree / place).write_text(text)
    assert (await examine_imports("library", tree, ()))["paths_to_training"] == 1


async def test_training_that_is_loaded_by_whatever_way_is_found(tree: Path) -> None:
    """A module of training in the process counts, whoever loaded it."""
    told = await examine_imports("library", tree, ("inference", "inference.training.fit"))
    assert told == {"modules_read": 3, "paths_to_training": 1}
