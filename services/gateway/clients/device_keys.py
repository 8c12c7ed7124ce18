"""The keys of browsers' stamps, in files that all gateways share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chassis.settings import SettingsInvalid
from services.gateway.domain.device_stamps import KEY_BYTES, DeviceStamps


def read_stamps(key_file: Path | None, retired_key_files: Sequence[Path]) -> DeviceStamps | None:
    """What stamps with the key of a file, and knows the stamps of those before it; None without a key.

    Raises SettingsInvalid.
    """
    if key_file is None:
        return None
    return DeviceStamps([_read(path) for path in (key_file, *retired_key_files)])


def _read(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except OSError as error:
        raise SettingsInvalid(f"the device key {path} cannot be read: {error.strerror}") from error
    if len(key) != KEY_BYTES:
        raise SettingsInvalid(f"the device key {path} has {len(key)} bytes; it must have {KEY_BYTES}")
    return key
