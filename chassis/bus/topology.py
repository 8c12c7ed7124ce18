"""Every stream on the bus. A stream of facts is kept for a day; work is kept until it is done."""

from __future__ import annotations

from chassis.bus.connection import Stream

FACTS = Stream(
    name="FACTS",
    subjects=(
        "stripsession.auth.v1.AccountCreated",
        "stripsession.auth.v1.AccountDeletionRequested",
        "stripsession.auth.v1.AccountReclaimed",
        "stripsession.auth.v1.SessionEnded",
        "stripsession.auth.v1.ApiKeyRevoked",
        "stripsession.library.v1.UploadStored",
        "stripsession.library.v1.TrackChanged",
        "stripsession.library.v1.TrackErased",
        "stripsession.library.v1.SegmentCommitted",
        "stripsession.library.v1.WebhookGivenUp",
        "stripsession.separation.v1.JobConcluded",
        "stripsession.billing.v1.MinutesSettled",
        "stripsession.retention.v1.UploadErased",
        "stripsession.retention.v1.AccountClosingAsked",
        "stripsession.retention.v1.AccountClosingWithdrawn",
    ),
)

SEPARATION_WORK = Stream(
    name="SEPARATION_WORK",
    subjects=(
        "stripsession.separation.v1.JobQueued",
        "stripsession.separation.v1.PriorityJobQueued",
        "stripsession.separation.v1.FirstJobQueued",
    ),
    is_work_queue=True,
)

ALL = (FACTS, SEPARATION_WORK)
