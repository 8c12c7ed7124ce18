"""What is told of webhooks, and what they tell, as JSON Schema; with an example of each."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.schema import Text
from services.gateway.api.shapes import Schema, count, list_of, moment, of, one_of, or_null, structure, text

ENDPOINT_ID = "whe_6f0e2d4c8b1a4937a5c3e7d9f0b2a461"
DELIVERY_ID = "whd_2b7d9e1f3c5a48608f4e6d0c1b9a7352"
MESSAGE_ID = "msg_91c0b3f7a2d84e56bd4f0e8c7a6b5d32"
EVENT_WORDS = ("track.created", "track.ready", "track.failed", "track.cancelled", "track.deleted")
EVENT_TEXT = Text(
    "event",
    "track.created: it was made, and may still be refused; track.ready: its stems are complete; track.failed and"
    " track.cancelled: its separation ended, and may be begun anew; track.deleted: there is no such track any more.",
    options=EVENT_WORDS,
    shared="WebhookEvent",
)
_ENDPOINT: Mapping[str, Schema] = {
    "endpoint_id": text("Names the endpoint."),
    "url": text("Where messages are sent."),
    "events": list_of("WebhookEvent", "What it is told of."),
    "created_at": moment("When it was made."),
    "disabled_at": or_null(moment("Since when nothing is sent there; null while it is enabled.")),
    "disabled_reason": or_null(of("WebhookDisabledReason"), "Why; null while it is enabled."),
    "old_secret_until": or_null(moment("Until when the secret before the newest signs, too; null when there is none.")),
}

WEBHOOK_SCHEMAS: Mapping[str, Schema] = {
    "WebhookEvent": EVENT_TEXT.own_schema(),
    "WebhookDisabledReason": one_of(
        "asked: you disabled it; gone: it answered 410; failing: a message failed for more than a day and no other got"
        " through meanwhile, or too many waited; reclaimed: a password was chosen or an address brought back by"
        " mail, and somebody else may have made or changed it; unspecified: newer than this gateway.",
        *("unspecified", "asked", "gone", "failing", "reclaimed"),
    ),
    "WebhookEndpoint": structure("Where one of your programs hears of tracks, without its secret.", **_ENDPOINT),
    "NewWebhookEndpoint": structure(
        "An endpoint with a secret that was made just now.",
        **_ENDPOINT,
        secret=text("Verifies what comes, as Standard Webhooks has it. It is told this once."),
    ),
    "WebhookEndpoints": structure("Your endpoints.", endpoints=list_of("WebhookEndpoint", "The oldest first.")),
    "WebhookDeliveryStatus": one_of(
        "waiting: to be sent, for the first time or again; delivered: answered with 2xx; failed: given up;"
        " unspecified: newer than this gateway.",
        *("unspecified", "waiting", "delivered", "failed"),
    ),
    "WebhookFault": one_of(
        "name_unknown: its host was not found; address_forbidden: it leads to a network of ours; unreachable: no"
        " connection; tls: its certificate is not valid; timeout: no answer in ten seconds; answer_invalid: no HTTP;"
        " redirected: it answered 3xx, which is not followed; refused: it answered another status than 2xx;"
        " unspecified: newer than this gateway.",
        *("unspecified", "name_unknown", "address_forbidden", "unreachable", "tls", "timeout", "answer_invalid"),
        *("redirected", "refused"),
    ),
    "WebhookAttempt": structure(
        "One try.",
        began_at=moment("When it began."),
        duration_ms=count("How long it took."),
        http_status=or_null(count("Status of the answer; null when there was none.")),
        fault=or_null(of("WebhookFault"), "What was wrong; null when nothing was."),
    ),
    "WebhookDelivery": structure(
        "One message to one endpoint.",
        delivery_id=text("Names it in the log."),
        message_id=text("Its webhook-id: the same at each try, and of one event at each endpoint."),
        event=text("The `type` of the message: a WebhookEvent, or webhook.test."),
        track_id=or_null(text("The track that it tells of; null of a test.")),
        status=of("WebhookDeliveryStatus"),
        created_at=moment("When the event was."),
        due_at=or_null(moment("When it is tried next; null unless it waits.")),
        attempts=list_of("WebhookAttempt", "Its tries, the first one first."),
    ),
    "WebhookDeliveryPage": structure(
        "Some of what was sent in the last 14 days.",
        deliveries=list_of("WebhookDelivery", "The newest first."),
        next_cursor=or_null(text("`cursor` of the next page; null on the last.")),
    ),
    "WebhookMessage": structure(
        "The body of a message. Of the track it tells names and words alone: read the rest with getTrack.",
        type=text("A WebhookEvent, or webhook.test. Pass over those that you do not know."),
        timestamp=moment("When the event was."),
        data=of("WebhookSubject"),
    ),
    "WebhookSubject": structure(
        "The track; empty in a test.",
        *("track_id", "state"),
        track_id=text("Names the track."),
        state=text("Its TrackState after the event; empty once it is deleted."),
    ),
}
_MADE_AT = "2030-05-04T09:30:00.000Z"
_READY_AT = "2030-05-04T09:31:10.250Z"
_ENDPOINT_EXAMPLE = {
    "endpoint_id": ENDPOINT_ID,
    "url": "https://example.org/hooks/stripsession",
    "events": ["track.ready", "track.failed"],
    "created_at": _MADE_AT,
    "disabled_at": None,
    "disabled_reason": None,
    "old_secret_until": None,
}
_DELIVERY_EXAMPLE = {
    "delivery_id": DELIVERY_ID,
    "message_id": MESSAGE_ID,
    "event": "track.ready",
    "track_id": "trk_0b5c2f7e9d1a4c38a6e2f1d09b7c5e43",
    "status": "delivered",
    "created_at": _READY_AT,
    "due_at": None,
    "attempts": [
        {"began_at": "2030-05-04T09:31:10.900Z", "duration_ms": 10000, "http_status": None, "fault": "timeout"},
        {"began_at": "2030-05-04T09:31:42.100Z", "duration_ms": 38, "http_status": 204, "fault": None},
    ],
}
WEBHOOK_EXAMPLES: Mapping[str, object] = {
    "WebhookEndpoint": _ENDPOINT_EXAMPLE,
    # Made up, of one letter: nothing is signed with it.
    "NewWebhookEndpoint": _ENDPOINT_EXAMPLE | {"secret": "whsec_" + "RUVF" * 10 + "RUU="},
    "WebhookEndpoints": {"endpoints": [_ENDPOINT_EXAMPLE]},
    "WebhookDelivery": _DELIVERY_EXAMPLE,
    "WebhookDeliveryPage": {"deliveries": [_DELIVERY_EXAMPLE], "next_cursor": None},
    "WebhookMessage": {
        "type": "track.ready",
        "timestamp": _READY_AT,
        "data": {"track_id": "trk_0b5c2f7e9d1a4c38a6e2f1d09b7c5e43", "state": "ready"},
    },
}
