"""Deadlines and erasures in memory, through time."""

from __future__ import annotations

import datetime
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.settings import SettingsInvalid, load
from chassis.testing.clock import ManualClock
from services.retention.api.mapping import place_of, token_of
from services.retention.api.statuses import STATUSES
from services.retention.app.erase_due import CLAIM_LIFE, erase_due, lateness_s
from services.retention.app.expect_upload import expect_upload
from services.retention.app.finish_upload import finish_upload
from services.retention.app.list_erasures import list_erasures
from services.retention.app.ports import Place, Ports
from services.retention.app.reconcile import reconcile
from services.retention.domain import errors
from services.retention.domain.erasure import HeldUpload, Reason, duty_of, retry_after
from services.retention.domain.facts import UploadErased
from services.retention.settings import RetentionSettings
from tests.unit.retention.fakes import FakeLibrary, FakeStore
from tests.unit.retention.store_promises import StorePromises

DAY = datetime.timedelta(days=1)
ENVIRONMENT = {
    "STRIPSESSION_CERTIFICATES": "/certificates",
    "STRIPSESSION_NATS_URL": "nats://127.0.0.1:4222",
    "STRIPSESSION_LIBRARY_ADDRESS": "127.0.0.1:1",
}
moments = st.integers(0, 4 * 10**15).map(
    lambda microseconds: datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(0, 0, microseconds)
)


class TestFakeStore(StorePromises):
    """The fake keeps what the real store promises."""

    @pytest.fixture
    def store(self) -> FakeStore:
        return FakeStore()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def ports(store: FakeStore, library: FakeLibrary, clock: ManualClock) -> Ports:
    return Ports(store, library, clock, DAY)


def _upload(library: FakeLibrary, clock: ManualClock, upload_id: str, *, finished: bool = False) -> HeldUpload:
    library.uploads[upload_id] = HeldUpload(upload_id, "usr_1", clock.now(), finished)
    return library.uploads[upload_id]


async def test_upload_goes_at_its_deadline_not_before(
    ports: Ports, store: FakeStore, library: FakeLibrary, clock: ManualClock
) -> None:
    """An upload that stays unfinished is erased at 24 hours, with evidence and one fact, and not a second earlier."""
    upload = _upload(library, clock, "upl_1")
    await expect_upload(ports, upload)
    clock.advance(hours=24, seconds=-1)
    assert (await erase_due(ports)).erased == []
    clock.advance(seconds=1)
    (erasure,) = (await erase_due(ports)).erased
    assert (erasure.reason, erasure.objects) == (Reason.DEADLINE, 3)
    assert erasure.erased_at - erasure.uploaded_at == DAY
    assert store.facts == [UploadErased("upl_1", "usr_1", clock.now())]
    assert library.uploads == {}


async def test_finished_upload_goes_at_once(ports: Ports, library: FakeLibrary, clock: ManualClock) -> None:
    """What nothing needs any more is erased in the next round, whatever its deadline."""
    await expect_upload(ports, _upload(library, clock, "upl_1"))
    assert await finish_upload(ports, "upl_1")
    assert [erasure.reason for erasure in (await erase_due(ports)).erased] == [Reason.FINISHED]


async def test_reconciling_needs_no_facts(ports: Ports, library: FakeLibrary, clock: ManualClock) -> None:
    """Uploads of which no fact ever told are found finished, or past their life, and erased."""
    _upload(library, clock, "upl_old")
    clock.advance(hours=24, seconds=1)
    _upload(library, clock, "upl_finished", finished=True)
    _upload(library, clock, "upl_needed")
    assert await reconcile(ports) == 2
    reasons = {erasure.upload_id: erasure.reason for erasure in (await erase_due(ports)).erased}
    assert reasons == {"upl_old": Reason.DEADLINE, "upl_finished": Reason.FINISHED}
    assert set(library.uploads) == {"upl_needed"}


async def test_library_away_is_only_a_delay(ports: Ports, library: FakeLibrary, clock: ManualClock) -> None:
    """While the library is away everything stays due and the lateness is told; once back, all goes in one round."""
    for number in range(30):
        await expect_upload(ports, _upload(library, clock, f"upl_{number}"))
    library.away = True
    clock.advance(hours=24, seconds=90)
    done = await erase_due(ports)
    assert (done.library_away, list(done.erased)) == (True, [])
    assert await lateness_s(ports) == 90
    library.away = False
    assert len((await erase_due(ports)).erased) == 30
    assert await lateness_s(ports) == 0


async def test_one_stubborn_upload_holds_up_nobody(ports: Ports, library: FakeLibrary, clock: ManualClock) -> None:
    """An upload that fails to be erased is left alone a while, then tried again; the others go meanwhile."""
    for number in range(20):
        await expect_upload(ports, _upload(library, clock, f"upl_{number}"))
    library.failing = {"upl_7"}
    clock.advance(hours=24)
    done = await erase_due(ports)
    assert (len(done.erased), list(done.failed)) == (19, ["upl_7"])
    assert list((await erase_due(ports)).failed) == []
    clock.advance(seconds=1)
    assert list((await erase_due(ports)).failed) == ["upl_7"]
    library.failing = set()
    clock.advance(seconds=2)
    assert len((await erase_due(ports)).erased) == 1


async def test_what_could_not_be_noted_is_noted_whole(
    ports: Ports, store: FakeStore, library: FakeLibrary, clock: ManualClock
) -> None:
    """The library tells once what it took away; where that cannot be noted at first, the evidence has all of it."""
    await expect_upload(ports, _upload(library, clock, "upl_1"))
    store.refusals = {"upl_1": 2}
    clock.advance(hours=24)
    assert [erasure.objects for erasure in (await erase_due(ports)).erased] == [3]
    assert store.erasures["upl_1"].objects == 3


async def test_what_cannot_be_noted_hides_nothing(
    ports: Ports, store: FakeStore, library: FakeLibrary, clock: ManualClock
) -> None:
    """One of which nothing can be noted is given up for now and told; what was done of the others is told as well."""
    for number in range(8):
        await expect_upload(ports, _upload(library, clock, f"upl_{number}"))
    store.refusals = {"upl_3": 99}
    clock.advance(hours=24)
    done = await erase_due(ports)
    assert (len(done.erased), done.unnoted) == (7, {"upl_3": "ConnectionResetError"})
    assert store.refusals["upl_3"] == 96
    store.refusals = {}
    clock.advance(seconds=CLAIM_LIFE.total_seconds())
    assert [erasure.upload_id for erasure in (await erase_due(ports)).erased] == ["upl_3"]


async def test_pages_have_bounds(ports: Ports, store: FakeStore, library: FakeLibrary, clock: ManualClock) -> None:
    """A page holds 50 unless asked otherwise and 200 at most, and the last one names no next."""
    for number in range(230):
        _upload(library, clock, f"upl_{number:03}", finished=True)
    await reconcile(ports)
    await erase_due(ports)
    page = await list_erasures(ports, "usr_1", None, 0)
    assert len(page.erasures) == 50
    page = await list_erasures(ports, "usr_1", None, 10_000)
    assert len(page.erasures) == 200
    rest = await list_erasures(ports, "usr_1", page.next_place, 30)
    assert (len(rest.erasures), rest.next_place) == (30, None)


@given(uploaded_at=moments, now=moments, finished=st.booleans())
def test_no_duty_is_due_after_the_deadline(
    uploaded_at: datetime.datetime, now: datetime.datetime, finished: bool
) -> None:
    """Whatever the state of an upload, it is to be erased by its deadline, and a finished one by now."""
    duty = duty_of(HeldUpload("upl_1", "usr_1", uploaded_at, finished), DAY, now)
    assert duty.due_at <= uploaded_at + DAY
    assert not finished or duty.due_at <= now


@given(st.integers(min_value=1, max_value=10**9))
def test_retries_slow_down_to_a_minute(tries: int) -> None:
    """Waits never shrink, never exceed a minute and begin at a second."""
    assert datetime.timedelta(seconds=1) <= retry_after(tries) <= retry_after(tries + 1)
    assert retry_after(tries) <= datetime.timedelta(minutes=1)


@given(moments, st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1))
def test_page_tokens_come_back(moment: datetime.datetime, upload_id: str) -> None:
    """A token names the very place that it was made of."""
    assert place_of(token_of(Place(moment, upload_id))) == Place(moment, upload_id)


@given(st.text())
def test_strange_page_tokens_are_refused(token: str) -> None:
    """Any other text is refused by name, or is a place; it never fails otherwise."""
    try:
        place = place_of(token)
    except errors.PageTokenInvalid:
        return
    assert place is None or isinstance(place, Place)


@pytest.mark.parametrize(
    ("name", "value"), [("UPLOAD_LIFE_S", "86401"), ("UPLOAD_LIFE_S", "0"), ("RECONCILE_EVERY_S", "0")]
)
def test_no_setting_breaks_the_promise(name: str, value: str) -> None:
    """An operator cannot keep uploads longer than the policy says, or switch the reconciler off."""
    with pytest.raises(SettingsInvalid, match=name):
        load(RetentionSettings, {**ENVIRONMENT, f"STRIPSESSION_{name}": value})
    assert load(RetentionSettings, ENVIRONMENT).upload_life_s == 86_400 - 1_800


def test_every_domain_error_has_a_status() -> None:
    """No named error of retention reaches a caller as INTERNAL."""
    named = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)}
    assert named == set(STATUSES)
