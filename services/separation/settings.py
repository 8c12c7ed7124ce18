"""Every setting of separation; read only by wiring."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from chassis.settings import ServiceSettings, SettingsInvalid


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """Both processes read the same settings; each uses what it needs."""

    objects_url: str
    """Where uploads and stems are kept: file:///folder, s3://bucket/prefix, gs://..., az://..."""
    library_address: str = "127.0.0.1:7102"
    """gRPC of library, host:port."""
    billing_address: str = "127.0.0.1:7104"
    """gRPC of billing, host:port."""
    models_dir: Path
    """Folder of the models that come with the program, `<name>/model.json` with its files."""
    imported_models_dir: Path | None = None
    """Folder of the operator's own models; it need not exist."""
    default_model: str = "baseline"
    """The model taken when none is named."""
    queued_jobs_max: int = 1000
    """Jobs that may wait; more are refused for now, and of one person more than there are places left for all."""
    queue_retry_s: float = 30.0
    """When a refused caller is told to come back."""
    sweep_every_s: float = 1.0
    """Pause between two sweeps."""
    announce_again_s: float = 15.0
    """A queued job is announced again when no worker took it for so long."""
    admission_s: float = 60.0
    """A job whose admission was cut off is finished after so long."""
    engine: str = "triton"
    """triton or in_process."""
    triton_address: str = "127.0.0.1:8001"
    """gRPC of Triton, host:port; several servers of the same models are joined by commas."""
    triton_shared_memory: bool = False
    """Whether Triton runs on this host and shares its /dev/shm."""
    infer_s: float = 180.0
    """Longest wait for one chunk."""
    model_repository: Path = Path("models")
    """The generated model repository; read by the in-process engine alone."""
    worker_parallel_jobs: int = 1
    """Jobs that one worker runs at once."""
    chunks_in_flight: int = 3
    """Chunks of one job that are asked of the engine at once."""
    lease_s: float = 10.0
    """A worker that is silent for so long has lost its job."""
    heartbeat_s: float = 2.5
    """Pause between two prolongations of a lease."""
    attempts_max: int = 5
    """Attempts without one new segment before a job is given up."""
    dependency_patience_s: float = 120.0
    """How long a job is kept while a part it needs is away, before it is handed back."""
    worker_name: str = ""
    """Name in leases and logs; empty takes host and process number."""

    def __post_init__(self) -> None:
        """Raises SettingsInvalid for an unknown engine, and for a worker that may not ask for a chunk."""
        if self.engine not in ("triton", "in_process"):
            raise SettingsInvalid(f"STRIPSESSION_ENGINE is malformed: {self.engine!r} is neither triton nor in_process")
        if self.chunks_in_flight < 1:
            raise SettingsInvalid("STRIPSESSION_CHUNKS_IN_FLIGHT is malformed: it must be at least 1")
