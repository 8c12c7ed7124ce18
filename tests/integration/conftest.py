"""What services' tests and the inference server's own share."""

from __future__ import annotations

import pytest

from stack.triton_runtime import TritonRuntime
from tests.integration.inference.triton_server import installed


@pytest.fixture(scope="session")
def runtime() -> TritonRuntime:
    """The inference server, installed; tests skip plainly where it does not run."""
    return installed()
