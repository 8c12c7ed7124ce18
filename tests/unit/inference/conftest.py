"""The separator, loaded from its path as Triton and the in-process engine load it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BASELINE = Path(__file__).parents[3] / "inference" / "models" / "baseline"


@pytest.fixture(scope="session")
def separator() -> ModuleType:
    """The module `separator.py`."""
    spec = importlib.util.spec_from_file_location("stripsession_separator", BASELINE / "separator.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
