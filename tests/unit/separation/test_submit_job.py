"""Taking songs in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.testing.clock import ManualClock
from services.separation.app.cancel_job import cancel_job
from services.separation.app.submit_job import Submission, Submitted, submit_job
from services.separation.domain.errors import (
    AudioRefused,
    DependencyAway,
    JobMismatch,
    MinutesExhausted,
    ModelNotInPlan,
    ModelUnknown,
    PlanWithoutDefault,
    QueueFull,
    UploadRefused,
)
from services.separation.domain.facts import JobQueued
from services.separation.domain.job import JobState, UploadGrant
from services.separation.domain.tiers import Tier
from tests.unit.separation.fake_parts import CARD, SEXTET, FakeDecoders, FakeLedger, FakeModels, FakeUploads
from tests.unit.separation.memory_jobs import MemoryJobs


class Desk:
    """Where songs are handed in."""

    def __init__(self) -> None:
        self.jobs = MemoryJobs(ManualClock())
        self.ledger = FakeLedger()
        self.decoders = FakeDecoders()
        self.models = FakeModels()

    async def submit(
        self, job_id: str = "job_1", owner: str = "usr_1", model: str = "", track: str = "trk_1", queued_max: int = 9
    ) -> Submitted:
        grant = UploadGrant("upl_1", 1, b"k" * 32)
        return await submit_job(
            self.jobs,
            self.ledger,
            FakeUploads(),
            self.decoders,
            self.models,
            Submission(job_id, track, owner, grant, model),
            queued_max=queued_max,
            queue_retry_s=7.0,
        )


async def test_a_song_is_queued_and_announced() -> None:
    """An accepted song has its begun seconds reserved, is queued, and is announced once, however often it is sent."""
    desk = Desk()
    first = await desk.submit()
    again = await desk.submit()
    assert (first.job.state, first.tags.title, first.tags.cover_type) == (JobState.QUEUED, "A song", "image/jpeg")
    assert first.job == again.job
    assert desk.ledger.reserved == {"job_1": 60}
    assert desk.decoders.longest_s == 600
    assert desk.decoders.opened == 1
    assert desk.jobs.facts == [JobQueued("job_1")]


async def test_a_refused_file_leaves_nothing() -> None:
    """What the decoder refuses is refused with its reason as a fixed word and its text, and no trace is kept."""
    desk = Desk()
    desk.decoders.refusal = AudioRefused("not_audio", "This file is not audio we can read.")
    with pytest.raises(UploadRefused) as caught:
        await desk.submit()
    assert (caught.value.reason, str(caught.value)) == ("NOT_AUDIO", "This file is not audio we can read.")
    assert not desk.jobs.rows
    assert not desk.ledger.reserved


async def test_too_few_minutes_leave_nothing() -> None:
    """Without enough minutes the job is gone as if never asked, and may be asked again."""
    desk = Desk()
    desk.ledger.refusal = MinutesExhausted("Ten minutes are left.", {"left_s": "600"})
    with pytest.raises(MinutesExhausted):
        await desk.submit()
    assert not desk.jobs.rows
    desk.ledger.refusal = None
    assert (await desk.submit()).job.state is JobState.QUEUED


async def test_a_broken_off_admission_is_taken_up() -> None:
    """When billing goes away in between, the next try goes on without looking into the file again."""
    desk = Desk()
    desk.ledger.refusal = DependencyAway("billing")
    with pytest.raises(DependencyAway):
        await desk.submit()
    assert desk.jobs.rows["job_1"].job.state is JobState.ADMITTING
    desk.ledger.refusal = None
    assert (await desk.submit()).job.state is JobState.QUEUED
    assert desk.decoders.opened == 1


async def test_a_full_queue_says_when_to_come_back() -> None:
    """Beyond the bound a new song is refused for now, and one that is in already is still answered."""
    desk = Desk()
    await desk.submit("job_1")
    with pytest.raises(QueueFull) as caught:
        await desk.submit("job_2", queued_max=1)
    assert caught.value.retry_after_s == 7.0
    assert (await desk.submit("job_1", queued_max=1)).job.job_id == "job_1"


async def test_nobody_fills_the_queue_alone() -> None:
    """Who has as many songs waiting as there are places left for everybody is refused for now, and others are not."""
    desk = Desk()
    for number in range(5):
        await desk.submit(f"job_{number}", queued_max=10)
    with pytest.raises(QueueFull):
        await desk.submit("job_5", queued_max=10)
    assert (await desk.submit("job_6", owner="usr_2", track="trk_2", queued_max=10)).job.state is JobState.QUEUED


async def test_a_job_keeps_what_its_plan_said() -> None:
    """Tier and jobs at once are the plan's at admission; one more than may run waits unannounced, in the same tier."""
    desk = Desk()
    desk.ledger.tier, desk.ledger.parallel_jobs = Tier.FIRST, 1
    first, held = (await desk.submit("job_1")).job, (await desk.submit("job_2")).job
    assert [(job.tier, job.parallel_jobs, job.turn_s) for job in (first, held)] == [
        (Tier.FIRST, 1, 0),
        (Tier.FIRST, 1, None),
    ]
    assert desk.jobs.facts == [JobQueued("job_1", Tier.FIRST)]


async def test_stopping_a_song_makes_room_for_the_next() -> None:
    """When a song that had its owner's place is stopped, the next one stands in line and is announced."""
    desk = Desk()
    desk.ledger.parallel_jobs = 1
    await desk.submit("job_1")
    await desk.submit("job_2")
    await cancel_job(desk.jobs, lambda: None, "job_1", "usr_1")
    assert desk.jobs.facts == [JobQueued("job_1"), JobQueued("job_2")]


async def test_an_identifier_belongs_to_one_person() -> None:
    """A job's identifier sent for another person is refused, and shows nothing of the job."""
    desk = Desk()
    await desk.submit()
    with pytest.raises(JobMismatch):
        await desk.submit(owner="usr_2")


async def test_a_track_belongs_to_one_person() -> None:
    """A new job on another's track is refused unlooked at; its owner's next job is taken."""
    desk = Desk()
    await desk.submit("job_1")
    with pytest.raises(JobMismatch):
        await desk.submit("job_2", owner="usr_2")
    assert desk.decoders.opened == 1
    assert (await desk.submit("job_2")).job.owner_id == "usr_1"


async def test_an_unknown_model_is_refused() -> None:
    """A model that is not there is refused before the upload is touched."""
    desk = Desk()
    with pytest.raises(ModelUnknown):
        await desk.submit(model="wonder")
    assert desk.decoders.opened == 0


async def test_the_plan_says_which_model_is_taken() -> None:
    """A song that names no model gets its plan's; one that names one gets that, with its own stems."""
    desk = Desk()
    assert (await desk.submit("job_1")).job.model == "baseline"
    desk.ledger.default_model = "sextet"
    chosen = (await desk.submit("job_2")).job
    assert (chosen.model, len(chosen.stems)) == ("sextet", 6)
    assert (await desk.submit("job_3", model="baseline", queued_max=9)).job.model == "baseline"


async def test_a_model_that_the_plan_lacks_is_refused_by_name() -> None:
    """A model outside the plan is refused before the upload is looked into, naming the plan and what it has."""
    desk = Desk()
    desk.ledger.models, desk.ledger.default_model = ("baseline",), "baseline"
    with pytest.raises(ModelNotInPlan, match="Small plan does not have the model sextet; it has baseline") as refused:
        await desk.submit(model="sextet")
    assert refused.value.facts == {"model": "sextet", "models": "baseline"}
    assert desk.decoders.opened == 0
    assert (await desk.submit()).job.model == "baseline"


@pytest.mark.parametrize("own", ["unlicensed", "gone"])
async def test_a_plan_whose_model_cannot_be_a_default_falls_back(own: str) -> None:
    """Who names no model gets the installation's where the plan's own is gone or has no licence; named it is had."""
    desk = Desk()
    desk.models.cards = (CARD, replace(SEXTET, name="unlicensed", licence=""))
    desk.ledger.models, desk.ledger.default_model = (), own
    assert (await desk.submit("job_1")).job.model == "baseline"
    desk.ledger.models = (own, "baseline")
    assert (await desk.submit("job_2")).job.model == "baseline"
    if own == "unlicensed":
        assert (await desk.submit("job_3", model=own, queued_max=9)).job.model == own


@pytest.mark.parametrize(
    ("own", "known", "told"),
    [
        ("unlicensed", ("unlicensed",), "has no model to take when none is named. Name one of its models: unlicensed."),
        ("gone", ("sextet",), "Name one of its models: sextet."),
        ("gone", (), "Ask whoever runs this service to mend it."),
    ],
)
async def test_a_plan_that_may_use_no_default_says_what_to_name(own: str, known: tuple[str, ...], told: str) -> None:
    """Where a plan has neither its own model nor the installation's, who names none is told which can be named."""
    desk = Desk()
    desk.models.cards = (CARD, SEXTET, replace(SEXTET, name="unlicensed", licence=""))
    desk.ledger.models, desk.ledger.default_model = tuple(dict.fromkeys((own, *known))), own
    with pytest.raises(PlanWithoutDefault) as refused:
        await desk.submit()
    assert str(refused.value).startswith("The Small plan has no model")
    assert str(refused.value).endswith(told)
    assert refused.value.facts == {"models": ",".join(known)}
    assert desk.decoders.opened == 0
    for name in known:
        assert (await desk.submit(f"job_{name}", model=name)).job.model == name
