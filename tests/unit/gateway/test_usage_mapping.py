"""Usage as JSON."""

from __future__ import annotations

import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from services.gateway.api.mapping import usage_json
from stripsession.billing.v1 import billing_service_pb2 as pb


def test_each_grant_is_told_with_its_end() -> None:
    """What a grant is for, what is left of it and until when are in the answer, and the period's end."""
    end = Timestamp()
    end.FromDatetime(datetime.datetime(2030, 2, 1, tzinfo=datetime.UTC))
    grant = pb.Grant(
        grant_id="top_up:cs_1",
        source=pb.GRANT_SOURCE_TOP_UP,
        starts_at=end,
        expires_at=end,
        granted_s=600,
        settled_s=50,
        reserved_s=40,
        left_s=510,
    )
    told = usage_json(pb.GetUsageResponse(left_s=510, renews_at=end, grants=[grant]))
    assert told["renews_at"] == "2030-02-01T00:00:00.000Z"
    assert told["grants"] == [
        {
            "grant_id": "top_up:cs_1",
            "source": "top_up",
            "plan": None,
            "starts_at": "2030-02-01T00:00:00.000Z",
            "expires_at": "2030-02-01T00:00:00.000Z",
            "granted_s": 600,
            "settled_s": 50,
            "reserved_s": 40,
            "left_s": 510,
        }
    ]


def test_period_that_waits_for_a_payment_has_no_end() -> None:
    """Where no date is known, none is told; a source newer than this gateway reads as unspecified."""
    told = usage_json(pb.GetUsageResponse(grants=[pb.Grant(source=99)]))  # type: ignore[arg-type]  # a later number
    assert told["renews_at"] is None
    assert isinstance(told["grants"], list)
    assert told["grants"][0]["source"] == "unspecified"
