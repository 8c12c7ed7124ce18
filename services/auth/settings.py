"""Every setting of auth, with its unit."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from chassis.settings import ServiceSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class AuthSettings(ServiceSettings):
    """What auth is told, beyond what every service is."""

    signing_key_file: Path
    """Ed25519 private key in PEM that signs access tokens; made at the first start, readable by its owner alone."""
    retired_key_files: tuple[Path, ...] = ()
    """Keys that sign no more and whose tokens may still live; their public halves stay in the key set."""
    public_url: str = ""
    """Where people reach us, e.g. https://stripsession.example."""
    issuer: str = ""
    """The `iss` claim; empty takes public_url, and `stripsession` when that is empty too."""
    audience: str = "stripsession"
    """The `aud` claim."""
    access_token_s: int = 600
    """Life of an access token. Gateways refuse those of a session that ended at once, other verifiers after this."""
    session_idle_days: float = 30.0
    """A session unused for this long ends."""
    sign_in_link_s: int = 600
    """Life of a one-time sign-in link (ASVS 6.5.5: ten minutes at most)."""
    remains_days: float = 7.0
    """How long rows of sessions and links that are over are kept."""
    purge_every_s: float = 3600.0
    """Time between two removals of such rows."""
    hashing_memory_kib: int = 19456
    """Memory of one password hash, in KiB."""
    hashing_passes: int = 2
    """Passes over that memory."""
    hashing_parallel: int = 2
    """Password hashes computed at once."""
    hashing_wait_s: float = 2.0
    """Longest wait for a turn to hash; then the caller is told to come back."""
    hashing_waiting_max: int = 64
    """Callers that may wait for a turn; more are told to come back at once."""
