"""Log lines are JSON, correlated, and hold nothing that must not be kept."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from chassis import logs

Lines = Callable[[], list[dict[str, object]]]
_log = logging.getLogger("test")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure("library", "info")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_event_is_one_json_line(lines: Lines) -> None:
    """An event with line breaks and strange values is one line of JSON with its fields."""
    logs.event(_log, logging.INFO, "track\nready", track_id="trk_1", count=3, ratio=float("nan"), none=None)
    (line,) = lines()
    assert {name: line[name] for name in ("level", "service", "event")} == {
        "level": "info",
        "service": "library",
        "event": "track\nready",
    }
    assert (line["track_id"], line["count"], line["ratio"], line["none"]) == ("trk_1", 3, "nan", None)


def test_a_field_cannot_pass_for_the_line_itself(lines: Lines) -> None:
    """Fields named as the line's own stand beside them."""
    logs.event(_log, logging.INFO, "x", service="billing", at="noon")
    (line,) = lines()
    assert (line["service"], line["service_"], line["at_"]) == ("library", "billing", "noon")


def test_quiet_events_are_left_out(lines: Lines) -> None:
    """Records below the level are not written."""
    logs.event(_log, logging.DEBUG, "x")
    assert lines() == []


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("no account for ann.lee+x@mail.example.com", "ann.lee"),
        ("no account for josé@exämple.com", "josé"),
        ("Key (email)=(ann@example.com) exists", "ann"),
        ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJzdWIiOiIxIn0"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ("cannot reach postgresql://library:hunter2@localhost/db", "hunter2"),
        ("cannot reach postgresql://library:hun@ter2@localhost/db", "ter2"),
        ("cannot reach redis://:hunter2@localhost", "hunter2"),
        ("cannot reach https://token@files.example.com/a", "token"),
    ],
)
def test_secrets_in_texts_are_taken_out(lines: Lines, text: str, secret: str) -> None:
    """Addresses, tokens and passwords are taken out of messages, fields, nested fields and exceptions."""
    logs.event(_log, logging.INFO, text, reason=text, inner={"list": [text]}, error_kind=ValueError(text))
    try:
        raise ValueError(text)
    except ValueError:
        _log.exception("it failed")
    written = lines()
    assert secret not in json.dumps(written, ensure_ascii=False)
    assert "ValueError" in str(written[1]["error"])


@pytest.mark.parametrize(
    "name", ["password", "refresh_token", "api_key", "code", "E-Mail", "cookie", "title", "file_name", "client_secret"]
)
def test_secret_fields_are_taken_out(lines: Lines, name: str) -> None:
    """A field whose name says secret loses its value, however deep it lies."""
    logs.event(_log, logging.INFO, "x", **{name: "s3cr3t", "inner": {name: 12345678}})
    text = json.dumps(lines())
    assert "s3cr3t" not in text
    assert "12345678" not in text


def test_lines_carry_the_trace(lines: Lines) -> None:
    """Inside a span the line bears its trace id."""
    tracer = TracerProvider().get_tracer("test")
    with tracer.start_as_current_span("x"):
        wanted = format(trace.get_current_span().get_span_context().trace_id, "032x")
        logs.event(_log, logging.INFO, "x")
    assert lines()[0]["trace_id"] == wanted


@given(st.text())
def test_redaction_is_settled_at_once(text: str) -> None:
    """Redacting again changes nothing more."""
    assert logs.redact(logs.redact(text)) == logs.redact(text)
