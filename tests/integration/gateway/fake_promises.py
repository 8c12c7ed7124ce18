"""The promises of the document's example, as retention tells them."""

from __future__ import annotations

import datetime
from typing import Any

from services.gateway.api.promise_schemas import PROMISE_EXAMPLES
from stripsession.retention.v1 import policy_service_pb2 as policy_pb
from stripsession.retention.v1 import promise_service_pb2 as pb
from stripsession.retention.v1 import promise_service_pb2_grpc as pb_grpc

EXAMPLE: Any = PROMISE_EXAMPLES["Promises"]
STATES = {
    "kept": pb.PROMISE_STATE_KEPT,
    "broken": pb.PROMISE_STATE_BROKEN,
    "cannot_say": pb.PROMISE_STATE_CANNOT_SAY,
    "not_built": pb.PROMISE_STATE_NOT_BUILT,
}


def promise(told: Any) -> pb.Promise:
    made = pb.Promise(
        clause_id=told["clause_id"],
        title=policy_pb.PolicyText(by_language=told["title"]),
        check=told["check"],
        looks_at="what nobody is told here",
        state=STATES[told["state"]],
        reason=told["reason"],
        service=told["service"],
        figures={each["name"]: each["count"] for each in told["figures"]},
        broken_by=told["broken_by"],
        remedy="for operators alone",
    )
    for field in ("looked_at", "proved_at"):
        if told[field] is not None:
            getattr(made, field).FromDatetime(datetime.datetime.fromisoformat(told[field]))
    return made


class FakePromises(pb_grpc.PromiseServiceServicer):
    async def ListPromises(self, request: Any, context: Any) -> pb.ListPromisesResponse:
        return pb.ListPromisesResponse(
            promises=[promise(each) for each in EXAMPLE["promises"]],
            version=EXAMPLE["version"],
            region=EXAMPLE["region"],
        )
