"""Every setting of the library, with units; read by wiring alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from chassis.settings import ServiceSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class LibrarySettings(ServiceSettings):
    """What the library is told."""

    separation_address: str
    """Where separation answers, host:port."""
    objects_url: str
    """Object storage: file:///folder, s3://bucket/prefix, gs://... or az://..."""
    master_key_file: Path
    """File of 32 raw bytes: the key that wraps every listener's key. Without it nothing stored can be read."""
    upload_bytes_max: int = 2 * 1024**3
    """Largest upload."""
    open_uploads_max: int = 20
    """Most uploads a listener may have that no track was made of."""
    upload_parts_max: int = 20_000
    """Most pieces an upload may arrive in; all of them are named in one message to separation."""
    upload_part_bytes_max: int = 4 * 1024 * 1024
    """Largest sealed object of an upload; two are in memory for each append."""
    upload_life_s: float = 86_400.0
    """Longest life of an upload, from its creation."""
    submit_deadline_s: float = 60.0
    """Longest wait for separation's look into an upload."""
    webhook_loopback: bool = False
    """Whether webhooks may go to this machine itself, without TLS and at any port: for one who develops on it alone."""
    sweep_every_s: float = 5.0
    """Pause between two searches for work that was left half done."""
