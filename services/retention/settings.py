"""Every setting of retention, with its unit."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from chassis.settings import ServiceSettings, SettingsInvalid

UPLOAD_LIFE_S_MAX = 24 * 3600
"""The privacy policy's promise; an operator may be stricter, not laxer."""
UPLOAD_LIFE_S = UPLOAD_LIFE_S_MAX - 1800
"""Half an hour is left for whoever has just come back, so that not a second is needed after the promise."""
CLOSING_WINDOW_S = 7 * 24 * 3600
EXPORT_LIFE_S = 7 * 24 * 3600


@dataclasses.dataclass(frozen=True, kw_only=True)
class RetentionSettings(ServiceSettings):
    """What retention is told, beyond what every service is."""

    library_address: str
    """gRPC address of the library, host:port."""
    separation_address: str = ""
    """gRPC address of separation; while it, or one of the next two, is missing, people's erasures wait."""
    billing_address: str = ""
    """gRPC address of billing."""
    auth_address: str = ""
    """gRPC address of auth."""
    upload_life_s: float = UPLOAD_LIFE_S
    """How long after its creation an upload is erased at the latest."""
    receipt_key_file: Path | None = None
    """Ed25519 key that signs receipts, made at the first start, the same for every process of retention; none signs
    nothing, and evidence waits for a process that has one."""
    region: str = ""
    """Where data is processed, as people are to read it, e.g. eu-central; while it is empty, the promise to state it is
    broken."""
    reconcile_every_s: float = 5.0
    """How often the library is asked what it holds too long."""

    closing_window_s: float = CLOSING_WINDOW_S
    """How long a person can take back that their account is to be closed; 0 closes it at once."""

    export_life_s: float = EXPORT_LIFE_S
    """How long a person can download an export once it is ready."""

    def __post_init__(self) -> None:
        """Raises SettingsInvalid when the promise would be broken."""
        if not 0 < self.upload_life_s <= UPLOAD_LIFE_S_MAX:
            raise SettingsInvalid(
                f"STRIPSESSION_UPLOAD_LIFE_S is malformed: it must be above 0 and at most {UPLOAD_LIFE_S_MAX}"
            )
        if self.reconcile_every_s <= 0:
            raise SettingsInvalid("STRIPSESSION_RECONCILE_EVERY_S is malformed: it must be above 0")
        if self.closing_window_s < 0:
            raise SettingsInvalid("STRIPSESSION_CLOSING_WINDOW_S is malformed: it must be 0 or above")
        if self.export_life_s <= 0:
            raise SettingsInvalid("STRIPSESSION_EXPORT_LIFE_S is malformed: it must be above 0")
