"""The engine of machines without Triton."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from services.separation.clients.in_process_engine import InProcessEngine

CHUNK = np.zeros((2, 8), np.float32)
SHAPE = {"sample_rate": "8000", "segment_samples": "8", "hop_samples": "4", "stems": "vocals,other", "version": "1"}


class Slow:
    """A model that takes as long as it is made to."""

    def __init__(self) -> None:
        self.separated = 0
        self.begun = threading.Event()
        self.let = threading.Event()

    def separate(self, mix: NDArray[np.float32]) -> NDArray[np.float32]:
        self.separated += 1
        self.begun.set()
        assert self.let.wait(10)
        return np.stack((mix, mix))


async def test_chunks_of_a_cancelled_song_are_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the chunk at hand is finished: those that wait for the engine are dropped, and the next song's is begun."""
    (tmp_path / "slow").mkdir()
    told = (f'parameters {{ key: "{key}" value {{ string_value: "{value}" }} }}' for key, value in SHAPE.items())
    (tmp_path / "slow" / "config.pbtxt").write_text("\n".join(told))
    model = Slow()
    monkeypatch.setattr("services.separation.clients.in_process_engine._opened", lambda folder: model)
    engine = InProcessEngine(tmp_path, 1)
    asking = [asyncio.create_task(engine.separate("slow", CHUNK)) for _ in range(4)]
    assert await asyncio.to_thread(model.begun.wait, 10)
    for each in asking:
        each.cancel()
    ended = await asyncio.gather(*asking, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in ended)
    model.let.set()
    assert (await engine.separate("slow", CHUNK)).shape == (2, 2, 8)
    assert model.separated == 2
    await engine.stop()
