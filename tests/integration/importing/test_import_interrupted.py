"""An import that is cut short, or overtaken, while its network is compared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import importing
from stack.importing import Wanted, import_model
from stack.inference_programs import DISK, python_for
from stack.registry import ModelRefused
from tests.integration.importing.data_folder import DataFolder
from tests.paths import REPOSITORY
from tests.unit.inference.cores import SEGMENT, waveform_core

# As the import itself, and it waits where it has compared and has not yet ended.
WAITING = """
import signal
import sys
from inference.importing import import_onnx

# Also where whoever runs the tests ignores interrupts, which is handed down.
signal.signal(signal.SIGINT, signal.default_int_handler)
compare = import_onnx.agreement

def compared(folder, model):
    figures = compare(folder, model)
    print("compared", flush=True)
    sys.stdin.readline()
    return figures

import_onnx.agreement = compared
sys.exit(import_onnx.main())
"""

pytestmark = pytest.mark.timeout(600)


class Desk(DataFolder):
    """A network, its card, and the place where the model is wanted."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.network, self.card = folder / "network.onnx", folder / "card.json"
        self.network.write_bytes(waveform_core(2).SerializeToString())
        self.card.write_text(json.dumps({"stems": ["vocals", "instrumental"], "segment_samples": SEGMENT}))
        self.registry = folder / "registry"
        self.model = self.registry / "duo"

    def begun(self) -> subprocess.Popen[str]:
        """The import, which has compared the network and goes on when it is given a line."""
        python = python_for(self.layout, "checking.txt", DISK["checking.txt"], self.said.append)
        argv = [str(python), "-c", WAITING, str(self.network), str(self.model), "--kind", "waveform"]
        process = subprocess.Popen(
            [*argv, "--card", str(self.card)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
            text=True,
        )
        assert process.stdout is not None
        assert "compared\n" in iter(process.stdout.readline, "")
        return process


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_interrupted_import_leaves_nothing(desk: Desk) -> None:
    """An import that is interrupted while its network is compared leaves no folder, not even a half-made one."""
    process = desk.begun()
    assert not desk.model.exists()
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode != 0
    assert list(desk.registry.iterdir()) == []


def test_a_killed_import_leaves_no_model(desk: Desk) -> None:
    """What an import that was killed leaves bears no model's name, and does not bar the next import of it."""
    first = desk.begun()
    first.kill()
    first.communicate()
    assert [path.name for path in desk.registry.iterdir()] == [".duo.importing"]
    second = desk.begun()
    second.communicate("\n")
    assert second.returncode == 0
    assert [path.name for path in desk.registry.iterdir()] == ["duo"]


def test_a_folder_that_appears_meanwhile_is_left_alone(desk: Desk) -> None:
    """A model that appears under the name while the network is compared stays, and the import is refused."""
    process = desk.begun()
    desk.model.mkdir()
    (desk.model / "model.json").write_text("another's")
    told, _ = process.communicate("\n")
    assert process.returncode == 1
    assert "refused: " in told
    assert [path.name for path in desk.registry.iterdir()] == ["duo"]
    assert (desk.model / "model.json").read_text() == "another's"


def test_a_converter_that_did_not_end_well_is_not_believed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole folder left by a converter that was ended before its check is not registered."""
    wanted = Wanted(desk.network, "waveform", "duo", desk.card, licence="MIT")

    def killed(argv: list[str], home: Path) -> Iterator[tuple[str, bool]]:
        (home / "duo").mkdir()
        (home / "duo" / "model.json").write_text("{}")
        yield "the converter ended with status -9", True

    monkeypatch.setattr(importing, "lines_of", killed)
    with pytest.raises(ModelRefused, match="was not imported: the converter ended with status -9"):
        import_model(desk.layout, wanted, "MIT", desk.said.append)
    assert list(desk.layout.models.iterdir()) == []
