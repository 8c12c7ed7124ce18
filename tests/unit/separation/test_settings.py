from __future__ import annotations

from pathlib import Path

import pytest

from chassis.settings import SettingsInvalid, load
from services.separation.settings import Settings

ENVIRONMENT = {
    "STRIPSESSION_CERTIFICATES": "/certificates",
    "STRIPSESSION_OBJECTS_URL": "file:///objects",
    "STRIPSESSION_NATS_URL": "nats://127.0.0.1:4222",
    "STRIPSESSION_DATABASE_URL": "postgresql:///separation",
    "STRIPSESSION_MODELS_DIR": "/models",
}


def test_what_is_not_said_is_sane() -> None:
    """With nothing said of the engine a worker asks Triton, and for more than one chunk at a time."""
    settings = load(Settings, ENVIRONMENT)
    assert (settings.engine, settings.models_dir) == ("triton", Path("/models"))
    assert settings.chunks_in_flight > 1


@pytest.mark.parametrize(("name", "value"), [("ENGINE", "in-process"), ("ENGINE", ""), ("CHUNKS_IN_FLIGHT", "0")])
def test_a_setting_that_no_worker_could_work_with_is_refused(name: str, value: str) -> None:
    """A misspelt engine, and a worker that may not ask for a chunk, are told of at the start."""
    with pytest.raises(SettingsInvalid, match=name):
        load(Settings, ENVIRONMENT | {f"STRIPSESSION_{name}": value})
