"""The table of contracts names what is declared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROTOS = Path(__file__).parents[2] / "protos"
PACKAGES = sorted(folder for folder in PROTOS.glob("stripsession/*/v1") if "authorization" not in folder.parts)


def declared(folder: Path, pattern: str, files: str = "*.proto") -> set[str]:
    found = (re.findall(pattern, file.read_text(), re.MULTILINE) for file in folder.glob(files))
    return {name for names in found for name in names}


@pytest.mark.parametrize("folder", PACKAGES, ids=[folder.parts[-2] for folder in PACKAGES])
def test_a_package_has_a_row_with_all_of_its_services_and_facts(folder: Path) -> None:
    """Whoever reads the table finds every service and every fact, and none that is gone."""
    package = f"`stripsession.{folder.parts[-2]}.v1`"
    rows = [line for line in (PROTOS / "README.md").read_text().splitlines() if line.startswith(f"| {package} |")]
    assert len(rows) == 1
    _, _, services, facts, _ = rows[0].split("|")
    assert set(re.findall(r"\w+Service\b", services)) == declared(folder, r"^service (\w+)")
    assert set(re.findall(r"`(\w+)`", facts)) == declared(folder, r"^message (\w+)", "events.proto")
