"""Where traces are sent, and what a span may say."""

from __future__ import annotations

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis import telemetry


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter


def _only(spans: InMemorySpanExporter) -> ReadableSpan:
    (span,) = spans.get_finished_spans()
    return span


def test_a_failed_span_names_the_kind_and_not_the_text(spans: InMemorySpanExporter) -> None:
    """An exception marks the span by its kind; its text, which may be personal, stays inside."""
    with pytest.raises(ValueError, match="ann"), telemetry.span("work"):
        raise ValueError("ann@example.com")
    span = _only(spans)
    assert span.status.description == "ValueError"
    assert span.events == ()


def test_headers_carry_the_trace_on(spans: InMemorySpanExporter) -> None:
    """A span made from the headers of another is its child."""
    with telemetry.span("outer"):
        carried = telemetry.headers()
    with telemetry.span("inner", carrier=carried):
        pass
    outer, inner = spans.get_finished_spans()
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id


def test_no_headers_begin_a_trace(spans: InMemorySpanExporter) -> None:
    """A request without headers begins a trace of its own, whatever is current here."""
    with telemetry.span("unrelated"), telemetry.span("inner", carrier={}):
        pass
    inner, outer = spans.get_finished_spans()
    assert inner.parent is None
    assert inner.context.trace_id != outer.context.trace_id


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("http://collector:4318/", "http://collector:4318/v1/traces"),
        ("https://in.example.com/own/path", "https://in.example.com/own/path"),
    ],
)
def test_the_endpoint_gets_its_path(given: str, used: str) -> None:
    """An endpoint without a path means the standard one."""
    assert telemetry.traces_address(given) == used
