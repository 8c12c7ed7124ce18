"""One JSON line per event, correlated by trace, with secrets and addresses taken out."""

from __future__ import annotations

import datetime
import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping

from opentelemetry import trace

_SECRET_NAMES = re.compile(
    r"(password|secret|token|authorization|cookie|e_?mail|(^|_)key$|(^|_)code$|title|file_name)", re.I
)
_SECRET_TEXTS = (
    re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"),
    re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"),
    re.compile(r"(?i)\bbearer\s+\S+"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)
_REDACTED = "[redacted]"


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
            line.update({name: _clean(str(name), value) for name, value in fields.items()})
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            line["trace_id"] = format(span.trace_id, "032x")
        if record.exc_info:
            line["error"] = redact("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(line, default=str, ensure_ascii=False)


def _clean(name: str, value: object) -> object:
    if _SECRET_NAMES.search(name):
        return _REDACTED
    return redact(value) if isinstance(value, str) else value
