from __future__ import annotations

import hashlib
import json
import re

from tests.unit.inference.conftest import BASELINE

MANIFEST = BASELINE.parents[1] / "models" / "baseline" / "model.json"


def test_the_manifest_names_the_file_it_describes() -> None:
    """The digests in the manifest are those of the files that are served."""
    files = json.loads(MANIFEST.read_text())["files"]
    assert files
    for name, facts in files.items():
        assert hashlib.sha256((BASELINE / name).read_bytes()).hexdigest() == facts["sha256"], name


def test_the_manifest_agrees_with_the_configuration() -> None:
    """What the manifest says of rate, segment, overlap, stems and version is what Triton tells the worker."""
    manifest = json.loads(MANIFEST.read_text())
    configuration = (BASELINE / "config.pbtxt").read_text()
    told = dict(re.findall(r'key: "(\w+)" value: \{ string_value: "([^"]*)" \}', configuration))
    assert told == {
        "sample_rate": str(manifest["sample_rate"]),
        "segment_samples": str(manifest["segment_samples"]),
        "hop_samples": str(manifest["hop_samples"]),
        "stems": ",".join(manifest["stems"]),
        "version": manifest["version"],
    }


def test_the_lock_brings_numpy_1_alone() -> None:
    """The server's lock holds numpy 1 (with 2 its outputs come back empty), and nothing without a hash."""
    lock = (BASELINE.parents[1] / "requirements" / "triton.txt").read_text()
    names = re.findall(r"^([a-z0-9-]+)==(\S+)", lock, flags=re.MULTILINE)
    assert [name for name, _ in names] == ["numpy", "nvidia-pytriton"]
    assert dict(names)["numpy"].startswith("1.")
    assert lock.count("--hash=sha256:") >= len(names)
    assert "://" not in lock
