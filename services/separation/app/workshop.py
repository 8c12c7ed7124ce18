"""What a worker needs to run a job, in one place."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from services.separation.app.ports import Decoders, Engine, Jobs, Ledger, Materials, Measures, StemObjects, Uploads


@dataclass(frozen=True, slots=True)
class WorkLimits:
    """Seconds and counts that bound a worker."""

    lease_s: float = 10.0
    heartbeat_s: float = 2.5
    attempts_max: int = 5
    chunks_in_flight: int = 3
    """Chunks asked of the engine and not yet joined; with the song's rate this alone bounds memory."""
    dependency_patience_s: float = 120.0
    overrun_s_max: float = 2.0
    """Sound beyond the reserved seconds that is a codec's padding rather than a lie."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Ports and limits of a worker; `worker` is its name in leases. Once `stopping` is set, jobs are handed back."""

    worker: str
    jobs: Jobs
    ledger: Ledger
    materials: Materials
    uploads: Uploads
    decoders: Decoders
    engine: Engine
    objects: StemObjects
    measures: Measures
    limits: WorkLimits = field(default_factory=WorkLimits)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
