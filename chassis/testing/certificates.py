"""Certificates for tests: one authority, every service."""

from __future__ import annotations

from pathlib import Path

from chassis.authority import ensure_certificates

SERVICES = ("gateway", "auth", "library", "separation", "billing", "retention", "console", "nats")


def make_certificates(folder: Path) -> Path:
    """The folder, holding ca.pem and a certificate and key for each service."""
    ensure_certificates(folder, SERVICES)
    return folder
