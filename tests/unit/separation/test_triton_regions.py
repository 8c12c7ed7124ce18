"""What the worker does where the inference server is slow to give up shared memory."""

from __future__ import annotations

from tritonclient.utils import InferenceServerException

from services.separation.clients import triton_engine
from services.separation.clients.triton_engine import TritonEngine


class SlowToLetGo:
    """As much of a server as unregistering asks: it refuses so often, with these words."""

    def __init__(self, refusals: int, words: str) -> None:
        self.refusals = refusals
        self.words = words
        self.asked = 0

    async def unregister_system_shared_memory(self, name: str, client_timeout: float) -> None:
        """Refuse, or let go."""
        self.asked += 1
        if self.asked <= self.refusals:
            raise InferenceServerException(f"{self.words}: {name} within {client_timeout}")


async def asked_of(server: SlowToLetGo) -> int:
    """How often a server was asked to let go of one region."""
    engine = TritonEngine("127.0.0.1:1", shared_memory=False, infer_s=1.0)
    engine._client = server
    await engine._unregister("stripsession-separation-x")
    return server.asked


async def test_a_region_in_use_is_asked_for_again() -> None:
    """A server that answers before it lets go of a region is asked until it does, and not for ever."""
    assert await asked_of(SlowToLetGo(2, "region is currently in use")) == 3
    tries = len(triton_engine._IN_USE_PAUSES_S)
    assert await asked_of(SlowToLetGo(99, "region is currently in use")) == tries


async def test_any_other_refusal_is_the_last_word() -> None:
    """A server that is away, or new, has nothing to unmap and is not asked twice."""
    assert await asked_of(SlowToLetGo(1, "unable to find region")) == 1
