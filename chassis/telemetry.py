"""Traces: set-up, spans, and the W3C headers that carry them over HTTP, gRPC and NATS."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

_TRACER = "stripsession"


def configure(service: str, otlp_endpoint: str) -> None:
    """Record spans of this process; send them only where an endpoint is given, by OTLP over HTTP.

    An endpoint without a path gets the standard one, /v1/traces.
    """
    provider = TracerProvider(resource=Resource.create({"service.name": f"stripsession-{service}"}))
    if otlp_endpoint:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=traces_address(otlp_endpoint))))
    trace.set_tracer_provider(provider)


def traces_address(endpoint: str) -> str:
    """Where exactly traces are posted."""
    return endpoint.rstrip("/") + "/v1/traces" if urlsplit(endpoint).path in ("", "/") else endpoint


def headers() -> dict[str, str]:
    """W3C trace headers of the current span, to send along."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier


@contextlib.contextmanager
def span(
    name: str, *, carrier: Mapping[str, str] | None = None, kind: SpanKind = SpanKind.INTERNAL, **attributes: str | int
) -> Iterator[None]:
    """Run a block under a span; `carrier` holds the headers that came with the request."""
    context = propagate.extract(dict(carrier)) if carrier is not None else None
    tracer = trace.get_tracer(_TRACER)
    with tracer.start_as_current_span(
        name, context=context, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except Exception as error:
            # The text of an exception may hold what must not leave the process; its kind never does.
            current.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def note_outcome(code: str) -> None:
    """Note on the current span how its gRPC call ended, by the name of the status code."""
    current = trace.get_current_span()
    current.set_attribute("rpc.grpc.status", code)
    if code != "OK":
        current.set_status(StatusCode.ERROR, code)
