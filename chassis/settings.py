"""Environment variables into a frozen dataclass, with every fault named at once."""

from __future__ import annotations

import dataclasses
import difflib
import math
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path

Settings = typing.TypeVar("Settings")
PREFIX = "STRIPSESSION_"
LogLevel = typing.Literal["debug", "info", "warning", "error"]


class SettingsInvalid(Exception):
    """Settings are missing or malformed; the text names each."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What every service is told: where it listens, whom it trusts, where its data is."""

    listen: str = "127.0.0.1:0"
    """Address of the gRPC server, host:port."""
    metrics_listen: str = ""
    """Address of the Prometheus endpoint, host:port; empty serves none."""
    certificates: Path
    """Folder with ca.pem, <service>.pem and <service>.key."""
    nats_url: str
    """Address of NATS."""
    database_url: str = ""
    """PostgreSQL of this service's own role; empty for a service that stores nothing."""
    log_level: LogLevel = "info"
    """The least grave records that are written."""
    otlp_endpoint: str = ""
    """Where traces are sent; empty sends none."""
    drain_s: float = 20.0
    """Longest wait for calls under way when stopping."""


def load(kind: type[Settings], environment: Mapping[str, str]) -> Settings:
    """Read `STRIPSESSION_<FIELD>` for every field of a dataclass.

    Raises SettingsInvalid naming every missing and malformed setting, and what the dataclass itself refuses with
    ValueError. An empty text is no value for a setting that must be given. Unknown names are no fault, because old
    settings must work with new code; `unknown` lists them for a warning.
    """
    hints = typing.get_type_hints(kind)
    values: dict[str, object] = {}
    faults: list[str] = []
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]  # kind is a dataclass by contract
        name = PREFIX + field.name.upper()
        text = environment.get(name)
        must = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if must and not text:
            faults.append(f"{name} is missing")
        if text is None or (must and not text):
            continue
        try:
            values[field.name] = _parse(hints[field.name], text)
        except ValueError as error:
            faults.append(f"{name} is malformed: {error}")
    if faults:
        raise SettingsInvalid("; ".join(faults))
    try:
        return kind(**values)
    except ValueError as error:
        raise SettingsInvalid(str(error)) from error


def unknown(kind: type[object], environment: Mapping[str, str]) -> list[str]:
    """Names with our prefix that no field reads, each with the nearest known name."""
    known = [field.name.upper() for field in dataclasses.fields(kind)]  # type: ignore[arg-type]  # it is a dataclass
    ours = sorted(name.removeprefix(PREFIX) for name in environment if name.startswith(PREFIX))
    complaints = []
    for name in ours:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            complaints.append(f"{PREFIX}{name} (did you mean {PREFIX}{near[0]}?)" if near else f"{PREFIX}{name}")
    return complaints


def _parse(kind: object, text: str) -> object:
    origin = typing.get_origin(kind)
    if origin is tuple:
        item = typing.get_args(kind)[0]
        return tuple(_parse(item, part.strip()) for part in text.split(",") if part.strip())
    if origin in (typing.Union, types.UnionType):
        inner = [argument for argument in typing.get_args(kind) if argument is not type(None)]
        return _parse(inner[0], text) if text else None
    if origin is typing.Literal:
        return _one_of(typing.get_args(kind), text)
    parser = _PARSERS.get(kind)
    if parser is None:
        raise ValueError(f"no parser for {kind}")
    return parser(text)


def _boolean(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered in ("1", "true", "yes", "on"):
        return True
    if lowered in ("0", "false", "no", "off", ""):
        return False
    raise ValueError(f"{text!r} is neither true nor false")


def _one_of(choices: tuple[str, ...], text: str) -> str:
    if text.strip().lower() not in choices:
        raise ValueError(f"{text!r} is none of {', '.join(choices)}")
    return text.strip().lower()


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is not a finite number")
    return number


def _path(text: str) -> Path:
    if not text:
        raise ValueError("an empty path")
    return Path(text)


_PARSERS: Mapping[object, Callable[[str], object]] = {
    str: str,
    int: int,
    float: _finite,
    bool: _boolean,
    Path: _path,
}
