"""What every process does before its own wiring."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import dataclasses, resource
from chassis import process, settings

@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(settings.ServiceSettings):
    pass

async def main(loaded):
    print(resource.getrlimit(resource.RLIMIT_CORE))

process.enter("example", Settings, main)
"""


def test_a_service_leaves_no_core_file(tmp_path: Path) -> None:
    """A service that crashes writes none of its memory to disk."""
    environment = {"STRIPSESSION_CERTIFICATES": str(tmp_path), "STRIPSESSION_NATS_URL": "nats://127.0.0.1:1"}
    done = subprocess.run(  # our own interpreter and program
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == "(0, 0)"
