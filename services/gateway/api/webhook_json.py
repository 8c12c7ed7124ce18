"""Webhook endpoints and what was sent to them as JSON; the only reader of these messages' field names."""

from __future__ import annotations

from collections.abc import Collection

from services.gateway.api.mapping import Json, moment
from services.gateway.api.webhook_schemas import EVENT_WORDS, WEBHOOK_SCHEMAS
from stripsession.library.v1 import webhook_service_pb2 as pb


def endpoint_json(endpoint: pb.WebhookEndpoint) -> Json:
    """An endpoint, as its owner sees it."""
    is_disabled = endpoint.HasField("disabled_at")
    return {
        "endpoint_id": endpoint.endpoint_id,
        "url": endpoint.url,
        # A word that is newer than this gateway is not in its document.
        "events": [event for event in endpoint.event_types if event in EVENT_WORDS],
        "created_at": moment(endpoint.created_at),
        "disabled_at": moment(endpoint.disabled_at) if is_disabled else None,
        "disabled_reason": _known("WebhookDisabledReason", endpoint.disabled_reason) if is_disabled else None,
        "old_secret_until": moment(endpoint.old_secret_until) if endpoint.HasField("old_secret_until") else None,
    }


def delivery_json(delivery: pb.WebhookDelivery) -> Json:
    """One message to one endpoint."""
    return {
        "delivery_id": delivery.delivery_id,
        "message_id": delivery.message_id,
        "event": delivery.event_type,
        "track_id": delivery.track_id or None,
        "status": _known("WebhookDeliveryStatus", delivery.status),
        "created_at": moment(delivery.created_at),
        "due_at": moment(delivery.due_at) if delivery.HasField("due_at") else None,
        "attempts": [_attempt_json(attempt) for attempt in delivery.attempts],
    }


def _attempt_json(attempt: pb.WebhookAttempt) -> Json:
    return {
        "began_at": moment(attempt.began_at),
        "duration_ms": attempt.duration_ms,
        "http_status": attempt.http_status or None,
        "fault": _known("WebhookFault", attempt.fault) if attempt.fault else None,
    }


def _known(schema: str, word: str) -> str:
    words = WEBHOOK_SCHEMAS[schema]["enum"]
    return word if isinstance(words, Collection) and word in words else "unspecified"
