"""Tests that share servers stay in one process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.paths import REPOSITORY

_CONFTEST = """
from tests.companies import Companies

def pytest_xdist_make_scheduler(config, log):
    return Companies(config, log)
"""
_FILE = """
import os
import pathlib
import pytest

@pytest.mark.parametrize("number", range(10))
def test_who_runs_it(number):
    with pathlib.Path(__file__).with_suffix(".workers").open("a") as told:
        told.write(os.environ["PYTEST_XDIST_WORKER"] + " ")
"""
_FILES = ("stories/test_first.py", "stories/test_second.py", "unit/test_third.py", "unit/test_fourth.py")


def test_files_and_all_stories_stay_together(tmp_path: Path) -> None:
    """With several processes each file's tests run in one of them, and the stories of all files in one."""
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    (tmp_path / "conftest.py").write_text(_CONFTEST)
    places = [tmp_path / "tests" / name for name in _FILES]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(_FILE)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--numprocesses", "2", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    first, second, third, fourth = (set(place.with_suffix(".workers").read_text().split()) for place in places)
    assert len(first | second) == len(third) == len(fourth) == 1
