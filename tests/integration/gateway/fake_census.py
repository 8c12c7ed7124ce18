"""The census of the document's example, as retention tells it; others on wish."""

from __future__ import annotations

import asyncio
from typing import Any

from google.protobuf.json_format import ParseDict

from services.gateway.api.census_schemas import CENSUS_EXAMPLES
from stripsession.retention.v1 import census_service_pb2, census_service_pb2_grpc

EXAMPLE: Any = CENSUS_EXAMPLES["Census"]


def _term(told: Any) -> dict[str, object]:
    return {"word": told["word"], "text": {"by_language": told["text"]}}


def held(told: Any) -> census_service_pb2.Held:
    message = {
        **told,
        "title": {"by_language": told["title"]},
        "use": {"by_language": told["use"]},
        "data_class": _term(told["data_class"]),
        "kept": _term(told["kept"]),
        "basis": _term(told["basis"]),
        "oldest": told["oldest_at"],
        "newest": told["newest_at"],
    }
    wanted = {name: value for name, value in message.items() if not name.endswith("_at") and value is not None}
    return ParseDict(wanted, census_service_pb2.Held())


def census() -> census_service_pb2.GetCensusResponse:
    """As in the example."""
    answer = census_service_pb2.GetCensusResponse(held=[held(each) for each in EXAMPLE["held"]], away=EXAMPLE["away"])
    answer.asked_at.FromJsonString(EXAMPLE["asked_at"])
    return answer


class FakeCensus(census_service_pb2_grpc.CensusServiceServicer):
    def __init__(self) -> None:
        self.answer = census()
        self.asked: list[str] = []
        self.came = asyncio.Semaphore(0)
        """One for each that was asked."""
        self.going_on = asyncio.Event()
        """Until this is set whoever asks waits."""
        self.going_on.set()

    async def GetCensus(self, request: Any, context: Any) -> census_service_pb2.GetCensusResponse:
        self.asked.append(request.owner_id)
        self.came.release()
        await self.going_on.wait()
        return self.answer
