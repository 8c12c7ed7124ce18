"""What every service's entry point does before its own wiring: settings, logs, traces, the loop."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chassis import logs, settings, telemetry

Settings = TypeVar("Settings", bound=settings.ServiceSettings)

EXIT_SETTINGS = 78
"""sysexits.h EX_CONFIG: a supervisor need not try again before the settings change."""


def enter(service: str, kind: type[Settings], main: Callable[[Settings], Awaitable[None]]) -> None:
    """Load settings from the environment and run `main`; exits 78 with one line when they are at fault."""
    try:
        loaded = settings.load(kind, os.environ)
    except settings.SettingsInvalid as error:
        sys.stderr.write(f"{service}: {error}\n")
        raise SystemExit(EXIT_SETTINGS) from error
    # What a service holds in memory, keys and songs, must not land in a file when it crashes.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # gRPC's own core writes to standard error past our logs, and not as JSON.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    logs.configure(service, loaded.log_level)
    telemetry.configure(service, loaded.otlp_endpoint)
    for name in settings.unknown(kind, os.environ):
        logs.event(logging.getLogger(__name__), logging.WARNING, "unknown setting ignored", name=name)
    try:
        asyncio.run(_main(main, loaded))
    except settings.SettingsInvalid as error:
        # What only shows when a setting is used, such as a folder that lacks what it names.
        sys.stderr.write(f"{service}: {error}\n")
        raise SystemExit(EXIT_SETTINGS) from error
    except Exception as error:
        logging.getLogger(__name__).critical("the process failed", exc_info=True)
        raise SystemExit(1) from error


async def _main(main: Callable[[Settings], Awaitable[None]], loaded: Settings) -> None:
    await main(loaded)
