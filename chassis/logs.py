"""One JSON line per event, correlated by trace, with secrets and addresses taken out."""

from __future__ import annotations

import datetime
import json
import logging
import math
import re
import sys
import traceback
from collections.abc import Mapping

from opentelemetry import trace

_SECRET_NAMES = re.compile(
    r"(password|secret|token|authorization|cookie|e[_-]?mail|(^|[_-])key$|(^|_)code$|title|file[_-]?name)", re.I
)
_PLAIN_NAMES = frozenset({"status_code", "exit_code", "error_code"})
# Whole addresses before e-mails: a password's end and the host after it look like one.
_SECRET_TEXTS = (
    re.compile(r"(?<=://)[^\s/?#]{1,512}(?=@)"),
    re.compile(r"[^\s@<>()\[\]{},;:\"'=/\\]{1,64}@[^\s@<>()\[\]{},;:\"'=/\\.]+(\.[^\s@<>()\[\]{},;:\"'=/\\.]+)+"),
    re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"),
    re.compile(r"(?i)\bbearer\s+\S+"),
    # The payment provider's keys, and what it signs events with.
    re.compile(r"\b(?:(?:sk|rk)_(?:live|test)|whsec)_\w+"),
)
_REDACTED = "[redacted]"
_OWN_NAMES = frozenset({"at", "level", "service", "event", "trace_id", "error"})


def redact(text: str) -> str:
    """The text without e-mail addresses, tokens and passwords in addresses."""
    for pattern in _SECRET_TEXTS:
        text = pattern.sub(_REDACTED, text)
    return text


def configure(service: str, level: str) -> None:
    """Send every log record of this process to standard error as one JSON line each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries report each retry of a connection; ours says it once, in our words.
    for chatty in ("nats", "asyncio", "httpx", "uvicorn.access", "opentelemetry"):
        logging.getLogger(chatty).setLevel(logging.ERROR)


def event(logger: logging.Logger, level: int, message: str, **fields: object) -> None:
    """Log a named event with its facts."""
    logger.log(level, message, extra={"fields": fields}, stacklevel=2)


class _JsonFormatter(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "event": redact(record.getMessage()),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, Mapping):
            for name, value in fields.items():
                # A field may not pass for what the line itself says.
                line[f"{name}_" if name in _OWN_NAMES else str(name)] = _clean(str(name), value)
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            line["trace_id"] = format(span.trace_id, "032x")
        if record.exc_info:
            line["error"] = redact("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(line)


def _clean(name: str, value: object) -> object:
    if _SECRET_NAMES.search(name) and name not in _PLAIN_NAMES:
        return _REDACTED
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): _clean(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", inner) for inner in value]
    return redact(str(value))
