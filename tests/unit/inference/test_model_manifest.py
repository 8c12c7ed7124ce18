from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from stack.model_repository import Machine, cpu_configuration
from stack.registry import read_model
from tests.unit.inference.conftest import BASELINE

MANIFEST = BASELINE / "model.json"
LOCK = Path(__file__).parents[3] / "inference" / "requirements" / "triton.txt"


def test_the_manifest_names_the_file_it_describes() -> None:
    """The digests in the manifest are those of the files that are served."""
    files = json.loads(MANIFEST.read_text())["files"]
    assert files
    for name, facts in files.items():
        assert hashlib.sha256((BASELINE / name).read_bytes()).hexdigest() == facts["sha256"], name


def test_the_manifest_agrees_with_the_configuration() -> None:
    """What the manifest says of rate, segment, overlap, stems and version is what Triton tells the worker."""
    manifest = json.loads(MANIFEST.read_text())
    configuration = cpu_configuration(read_model(BASELINE, is_bundled=True), Machine())
    told = dict(re.findall(r'key: "(\w+)" value: \{ string_value: "([^"]*)" \}', configuration))
    assert len(told.pop("weights")) == 64
    assert (told.pop("device"), told.pop("threads")) == ("cpu", "1")
    assert told == {
        "sample_rate": str(manifest["sample_rate"]),
        "segment_samples": str(manifest["segment_samples"]),
        "hop_samples": str(manifest["hop_samples"]),
        "stems": ",".join(manifest["stems"]),
        "version": manifest["version"],
        "placement": "mirrored",
    }


def test_the_lock_brings_numpy_1_alone() -> None:
    """The server's lock holds numpy 1 (with 2 its outputs come back empty), and nothing without a hash."""
    lock = LOCK.read_text()
    names = re.findall(r"^([a-z0-9-]+)==(\S+)", lock, flags=re.MULTILINE)
    assert [name for name, _ in names] == ["numpy", "nvidia-pytriton", "openvino", "scipy"]
    assert dict(names)["numpy"].startswith("1.")
    assert lock.count("--hash=sha256:") >= len(names)
    assert "://" not in lock
