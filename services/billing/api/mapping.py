"""Protocol messages of plans and usage."""

from __future__ import annotations

from google.protobuf import timestamp_pb2

from services.billing.app.get_usage import Usage
from services.billing.domain.errors import IdentifierMissing
from services.billing.domain.plans import Plan
from stripsession.billing.v1 import billing_service_pb2 as pb


def named(identifier: str) -> str:
    """The identifier. Raises IdentifierMissing when it is empty."""
    if not identifier:
        raise IdentifierMissing
    return identifier


def plan_message(plan: Plan) -> pb.Plan:
    """A plan."""
    return pb.Plan(
        name=plan.name,
        title=plan.title,
        seconds_a_month=plan.seconds_a_month,
        longest_song_s=plan.longest_song_s,
        parallel_jobs=plan.parallel_jobs,
        models=plan.models,
        default_model=plan.default_model,
    )


def usage_message(usage: Usage) -> pb.GetUsageResponse:
    """A person's month."""
    renews_at = timestamp_pb2.Timestamp()
    renews_at.FromDatetime(usage.sheet.month.renews_at)
    return pb.GetUsageResponse(
        plan=plan_message(usage.plan),
        settled_s=usage.sheet.settled_s,
        reserved_s=usage.sheet.reserved_s,
        left_s=usage.left_s,
        renews_at=renews_at,
    )
