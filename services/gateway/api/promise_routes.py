"""Whether each promise of the policy is kept, for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint
from services.gateway.api.mapping import moment
from services.gateway.api.policy_routes import text_json
from stripsession.retention.v1 import promise_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.retention.v1.promise_service_pb2_grpc import PromiseServiceAsyncStub

_KEPT = {"Cache-Control": "public, max-age=60"}
_UNKNOWN = "cannot_say"
"""Of a retention that is newer than this gateway."""
_STATES = {
    pb.PROMISE_STATE_KEPT: "kept",
    pb.PROMISE_STATE_BROKEN: "broken",
    pb.PROMISE_STATE_CANNOT_SAY: _UNKNOWN,
    pb.PROMISE_STATE_NOT_BUILT: "not_built",
}


class PromiseRoutes:
    """The evidence."""

    def __init__(self, promises: PromiseServiceAsyncStub) -> None:
        """Retention runs the checks."""
        self._promises = promises

    def endpoints(self) -> list[Endpoint]:
        """The route."""
        return [
            Endpoint(
                "GET",
                "/v1/privacy/promises",
                "listPromises",
                "Whether each promise of the privacy policy is kept, and how that is known.",
                self.promises,
                (Answer(200, "Every clause.", "Promises"),),
                Access.PUBLIC,
                tag="privacy",
                description="Checks run by themselves, the soonest every five minutes, and the answer may be a minute"
                " old. Evidence older than a day proves nothing.",
            )
        ]

    async def promises(self, call: Call) -> Response:
        """As JSON, which anybody between may keep for a minute."""
        return JSONResponse(
            promises_json(await ask(self._promises.ListPromises, pb.ListPromisesRequest())), headers=_KEPT
        )


def promises_json(answer: pb.ListPromisesResponse) -> dict[str, object]:
    """Every clause, and what is known of it."""
    return {
        "version": answer.version,
        "region": answer.region,
        "promises": [_promise_json(promise) for promise in answer.promises],
    }


def _promise_json(promise: pb.Promise) -> dict[str, object]:
    return {
        "clause_id": promise.clause_id,
        "title": text_json(promise.title),
        "check": promise.check,
        "state": _STATES.get(promise.state, _UNKNOWN),
        "reason": promise.reason,
        "service": promise.service,
        "figures": [{"name": name, "count": promise.figures[name]} for name in sorted(promise.figures)],
        "broken_by": list(promise.broken_by),
        "looked_at": moment(promise.looked_at) if promise.HasField("looked_at") else None,
        "proved_at": moment(promise.proved_at) if promise.HasField("proved_at") else None,
    }
