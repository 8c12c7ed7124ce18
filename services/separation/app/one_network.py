"""A song is of one network: whoever goes on with it works with the weights that made its first segment."""

from __future__ import annotations

import contextlib

from services.separation.app.patience import patiently
from services.separation.app.workshop import Workshop
from services.separation.domain.errors import DependencyAway, LeaseLost, ModelChanged
from services.separation.domain.job import Job
from services.separation.domain.models import ModelShape


async def begin_with_network(shop: Workshop, job: Job, committed_segments: int) -> ModelShape:
    """How the job's model takes audio; its weights are noted with the job, for those who come after.

    Raises ModelChanged where the model has other stems or, once segments are committed, other weights, LeaseLost, and
    what the engine raises; DependencyAway also where its servers differ.
    """
    patience_s = shop.limits.dependency_patience_s

    async def described() -> ModelShape:
        try:
            return await shop.engine.describe(job.model)
        except ModelChanged:
            # Its servers are being replaced one after another. In a while they agree, on the new network or, where that
            # is taken back, on the old; until then nobody can say which of them would make this song.
            raise DependencyAway("inference", "its servers have different networks") from None

    shape = await patiently(described, patience_s)
    # A job of before weights were noted has none, and is taken at its word.
    goes_on = committed_segments > 0 and job.weights_sha256 != ""
    if shape.stems != job.stems or (goes_on and job.weights_sha256 != shape.weights_sha256):
        raise ModelChanged

    async def note() -> bool:
        async with shop.jobs.transaction() as work:
            return await work.note_weights(job.job_id, job.attempt, shape.weights_sha256)

    if job.weights_sha256 != shape.weights_sha256 and not await patiently(note, patience_s):
        raise LeaseLost
    return shape


async def require_network(shop: Workshop, job: Job, weights_sha256: str) -> None:
    """Raises ModelChanged where the engine has other weights by now: some of its latest answers may be theirs.

    The engine speaks for every one of its servers, and raises the same where they differ.
    """
    # One that is away has no others yet. Whatever it comes back with is seen before the next segment.
    with contextlib.suppress(DependencyAway):
        if (await shop.engine.describe(job.model)).weights_sha256 != weights_sha256:
            raise ModelChanged
