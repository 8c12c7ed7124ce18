"""Protocol messages of what is on offer and used."""

from __future__ import annotations

import datetime

from google.protobuf import timestamp_pb2

from services.billing.app.get_usage import Usage
from services.billing.domain.errors import IdentifierMissing
from services.billing.domain.grants import Source
from services.billing.domain.plans import Pack, Plan
from services.billing.domain.sheets import Sheet
from stripsession.billing.v1 import billing_service_pb2 as pb

_SOURCES = {
    Source.PLAN_MONTH: pb.GRANT_SOURCE_PLAN_MONTH,
    Source.PLAN_PERIOD: pb.GRANT_SOURCE_PLAN_PERIOD,
    Source.TRIAL: pb.GRANT_SOURCE_TRIAL,
    Source.TOP_UP: pb.GRANT_SOURCE_TOP_UP,
    Source.COURTESY: pb.GRANT_SOURCE_COURTESY,
    Source.CORRECTION: pb.GRANT_SOURCE_CORRECTION,
}


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
        priority=plan.priority,
        formats=plan.formats,
    )


def pack_message(pack: Pack) -> pb.Pack:
    """A pack."""
    return pb.Pack(name=pack.name, title=pack.title, seconds=pack.seconds, life_days=pack.life_days)


def usage_message(usage: Usage) -> pb.GetUsageResponse:
    """A person's period and grants."""
    state = usage.state
    usable = [sheet for sheet in state.sheets if not sheet.is_closed]
    return pb.GetUsageResponse(
        plan=plan_message(state.plan),
        settled_s=usage.settled_s,
        reserved_s=usage.reserved_s,
        left_s=usage.left_s,
        renews_at=_moment(state.period.ends_at) if state.period.ends_at else None,
        grants=[_grant_message(sheet) for sheet in usable],
    )


def _grant_message(sheet: Sheet) -> pb.Grant:
    grant = sheet.grant
    return pb.Grant(
        grant_id=grant.grant_id,
        source=_SOURCES[grant.source],
        plan=grant.plan or "",
        starts_at=_moment(grant.starts_at),
        expires_at=_moment(grant.expires_at),
        granted_s=sheet.granted_s,
        settled_s=sheet.charged_s,
        reserved_s=sheet.held_s,
        left_s=sheet.left_s,
    )


def _moment(at: datetime.datetime) -> timestamp_pb2.Timestamp:
    moment = timestamp_pb2.Timestamp()
    moment.FromDatetime(at)
    return moment
