"""Requests about privacy on a real PostgreSQL: sent, bounded, answered, told of, forgotten, and erased with people."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import math

import pytest

from chassis import metrics
from chassis.db.pool import Database
from chassis.testing.clock import ManualClock
from services.retention.app.account_ports import AccountPorts
from services.retention.app.act_on_request import answer_request, close_request, extend_request
from services.retention.app.erase_accounts import erase_accounts
from services.retention.app.read_requests import follow_request, get_request, list_requests, page_requests
from services.retention.app.report_child import report_child
from services.retention.app.request_erasure import erase_person
from services.retention.app.request_ports import RequestPorts
from services.retention.app.send_request import send_request, send_strangers_request
from services.retention.app.sweep_requests import sweep_requests
from services.retention.app.tell_requests import tell_requests
from services.retention.domain.account_closing import new_token
from services.retention.domain.account_erasure import DOOR, HOLDERS
from services.retention.domain.errors import (
    ClosingBegun,
    EndingUnknown,
    HolderFailed,
    IdempotencyKeyReused,
    IdentifierUnknown,
    RequestEnded,
    RequestNotFound,
    RequestsFull,
    TooManyRequests,
)
from services.retention.domain.legal_clock import late_from
from services.retention.domain.privacy_request import (
    CONTENT_LIFE,
    OPEN_OF_PERSON_MAX,
    OPEN_OF_STRANGERS_MAX,
    RECORD_LIFE,
    Ending,
    Kind,
    PrivacyRequest,
    State,
    Untold,
)
from services.retention.events.request_timer import RequestTimer
from services.retention.store.account_erasures import AccountErasureStore
from services.retention.store.privacy_requests import PrivacyRequestStore
from tests.unit.retention.fake_accounts import FakeHolder

PERSON, OTHER = f"usr_{'ab' * 16}", f"usr_{'cd' * 16}"
ADDRESS = "somebody@example.org"
TEXT = "Please stop counting plays."


class FakeNotices:
    """Auth: whom it was asked to write to, and of what."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, Untold]] = []
        """Number, address and what happened."""
        self.is_away = False

    async def tell(self, request: PrivacyRequest, what: Untold) -> None:
        if self.is_away:
            raise HolderFailed("UNREACHABLE")
        self.told.append((request.number, request.reply_to, what))


@pytest.fixture
def notices() -> FakeNotices:
    return FakeNotices()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.datetime(2030, 1, 31, 12, tzinfo=datetime.UTC))


@pytest.fixture
def ports(database: Database, notices: FakeNotices, clock: ManualClock) -> RequestPorts:
    return RequestPorts(PrivacyRequestStore(database), notices, clock)


async def kept(database: Database) -> str:
    """All that is in the table, as text."""
    return repr(await database.pool.fetch("SELECT r::text FROM privacy_requests AS r ORDER BY received_at, number"))


async def test_a_request_is_numbered_and_its_person_alone_sees_it(ports: RequestPorts) -> None:
    """It has a number and a day at once, stands in its person's list, and in nobody else's."""
    sent = await send_request(ports, PERSON, Kind.OBJECT, TEXT)
    assert (sent.state, sent.due_on) == (State.OPEN, datetime.date(2030, 2, 28))
    assert list(await list_requests(ports, PERSON)) == [sent]
    assert list(await list_requests(ports, OTHER)) == []
    with pytest.raises(IdentifierUnknown):
        await send_request(ports, "somebody", Kind.OBJECT, TEXT)


async def test_a_request_that_is_sent_twice_is_one(ports: RequestPorts) -> None:
    """Under one key it is made once, also in the same moment; another one under it is refused."""
    sent = await asyncio.gather(
        *(send_request(ports, PERSON, Kind.OBJECT, TEXT, idempotency_key="one") for _ in range(4))
    )
    assert len({request.number for request in sent}) == 1
    with pytest.raises(IdempotencyKeyReused):
        await send_request(ports, PERSON, Kind.ACCESS, TEXT, idempotency_key="one")
    assert (await send_request(ports, OTHER, Kind.ACCESS, TEXT, idempotency_key="one")).number != sent[0].number


async def test_nobody_fills_the_house(ports: RequestPorts, database: Database) -> None:
    """Five of a person wait at a time, however many come at once; a thousand of strangers; an answer makes room."""
    made = await asyncio.gather(
        *(send_request(ports, PERSON, Kind.QUESTION, f"Question {number}?") for number in range(9)),
        return_exceptions=True,
    )
    sent = [each for each in made if isinstance(each, PrivacyRequest)]
    assert len(sent) == OPEN_OF_PERSON_MAX
    assert {type(each) for each in made} == {PrivacyRequest, TooManyRequests}
    await answer_request(ports, sent[0].number, "Yes.")
    await send_request(ports, PERSON, Kind.QUESTION, "One more?")
    await database.pool.execute(
        "INSERT INTO privacy_requests (number, kind, text, received_at, due_on)"
        " SELECT 'PR-' || lpad(n::text, 10, '0'), 'question', 'Hello?', now(), '2030-03-01'"
        " FROM generate_series(1, $1) AS n",
        OPEN_OF_STRANGERS_MAX,
    )
    with pytest.raises(RequestsFull):
        await send_strangers_request(ports, Kind.ACCESS, TEXT, ADDRESS)
    # Whoever has an account is not kept out by strangers.
    await send_request(ports, OTHER, Kind.ACCESS, TEXT)


async def test_a_stranger_follows_theirs_by_number_and_token(ports: RequestPorts, database: Database) -> None:
    """Both lead to it, neither alone, nor those of another; the token is kept as its digest."""
    mine = await send_strangers_request(ports, Kind.ACCESS, TEXT, ADDRESS)
    other = await send_strangers_request(ports, Kind.CHILD, "A child.", "parent@example.org")
    assert await follow_request(ports, mine.request.number, mine.token) == mine.request
    for number, token in (
        (mine.request.number, other.token),
        (mine.request.number, new_token()),
        (other.request.number, mine.token),
        (mine.request.number, ""),
        ("'; DROP TABLE privacy_requests; --", mine.token),
    ):
        with pytest.raises(RequestNotFound):
            await follow_request(ports, number, token)
    assert mine.token not in await kept(database)
    # What nobody has an account for stands in nobody's list.
    assert list(await list_requests(ports, PERSON)) == []


async def test_whoever_is_answered_is_told_once_and_their_address_goes(
    ports: RequestPorts, notices: FakeNotices, clock: ManualClock, database: Database
) -> None:
    """Nothing is mailed before an operator acts; while auth is away it waits, and the address with it."""
    sent = await send_strangers_request(ports, Kind.ACCESS, TEXT, ADDRESS)
    assert (await tell_requests(ports)).told == 0
    assert notices.told == []
    await extend_request(ports, sent.request.number, "There are many.")
    notices.is_away = True
    told = await tell_requests(ports)
    assert (told.told, told.fault) == (0, "UNREACHABLE")
    await answer_request(ports, sent.request.number, "Nothing is held of you.")
    notices.is_away = False
    assert (await tell_requests(ports)).told == 1
    assert (await tell_requests(ports)).told == 0
    # Of the two the answer is what they need to be told; an address is not kept for one mail more.
    assert notices.told == [(sent.request.number, ADDRESS, Untold.ANSWERED)]
    assert ADDRESS not in await kept(database)
    followed = await follow_request(ports, sent.request.number, sent.token)
    assert (followed.state, followed.answer) == (State.ANSWERED, "Nothing is held of you.")
    clock.advance(minutes=5)
    assert (await tell_requests(ports)).told == 0


async def test_a_process_that_dies_while_it_tells_is_followed(
    ports: RequestPorts, notices: FakeNotices, clock: ManualClock
) -> None:
    """What a dead process has taken is told a minute later by another, and by no two in one moment."""
    for number in range(10):
        sent = await send_strangers_request(ports, Kind.ACCESS, TEXT, f"somebody{number}@example.org")
        await answer_request(ports, sent.request.number, "Nothing.")
    async with ports.requests.transaction() as work:
        assert len(await work.claim_untold(clock.now(), clock.now() + datetime.timedelta(minutes=1), 20)) == 10
    assert (await tell_requests(ports)).told == 0
    clock.advance(minutes=1)
    told = await asyncio.gather(*(tell_requests(ports) for _ in range(3)))
    assert sum(each.told for each in told) == len(set(notices.told)) == len(notices.told) == 10


async def test_what_an_operator_does_ends_it_once(ports: RequestPorts) -> None:
    """An answer is for good, said twice it is said once; a closed one says why; and neither can be both."""
    first, second = [await send_request(ports, PERSON, Kind.QUESTION, f"{number}?") for number in range(2)]
    acted = await asyncio.gather(
        answer_request(ports, first.number, "Yes."),
        close_request(ports, first.number, Ending.NO_REQUEST),
        return_exceptions=True,
    )
    assert len([each for each in acted if isinstance(each, RequestEnded)]) == 1
    closed = await close_request(ports, second.number, Ending.WITHDRAWN)
    assert (closed.state, closed.ending) == (State.CLOSED, Ending.WITHDRAWN)
    assert await close_request(ports, second.number, Ending.WITHDRAWN) == closed
    for ending in (Ending.ERASED, Ending.NONE):
        with pytest.raises(EndingUnknown):
            await close_request(ports, second.number, ending)
    with pytest.raises(RequestNotFound):
        await answer_request(ports, "PR-0000000000", "Yes.")


async def test_operators_page_by_the_day_of_the_law(ports: RequestPorts, clock: ManualClock) -> None:
    """Those that wait come soonest due first, an extended one by its later day, and each once over all pages."""
    sent = []
    for number in range(7):
        sent.append(await send_strangers_request(ports, Kind.QUESTION, f"{number}?", ADDRESS))
        clock.advance(days=2)
    late = await extend_request(ports, sent[0].request.number, "Many.")
    read, after = list[str](), None
    while True:
        page = await page_requests(ports, after, 2, ended=False)
        read += [request.number for request in page.requests]
        if (after := page.next_place) is None:
            break
    assert read[-1] == late.number
    assert read == [*(each.request.number for each in sent[1:]), late.number]
    for each in sent[:3]:
        await answer_request(ports, each.request.number, "Yes.")
        clock.advance(hours=1)
    first = await page_requests(ports, None, 2, ended=True)
    second = await page_requests(ports, first.next_place, 2, ended=True)
    ended = [request.number for request in (*first.requests, *second.requests)]
    assert ended == [each.request.number for each in (sent[2], sent[1], sent[0])]
    assert second.next_place is None


async def test_what_is_over_goes_when_its_time_is_over(
    ports: RequestPorts, clock: ManualClock, database: Database
) -> None:
    """After 90 days nothing that was written is left, nor whose it was; after three years nothing. Open ones stay."""
    mine = await send_request(ports, PERSON, Kind.OBJECT, TEXT)
    theirs = await send_strangers_request(ports, Kind.ACCESS, TEXT, ADDRESS)
    waiting = await send_request(ports, OTHER, Kind.QUESTION, "Still here?")
    await answer_request(ports, mine.number, "We stopped.")
    await close_request(ports, theirs.request.number, Ending.NO_REQUEST)
    clock.advance(seconds=CONTENT_LIFE.total_seconds())
    assert await sweep_requests(ports) == 0
    assert (await get_request(ports, mine.number)).answer == "We stopped."
    clock.advance(seconds=1)
    assert await sweep_requests(ports) == 2
    left = await kept(database)
    assert not [word for word in (PERSON, ADDRESS, TEXT, "We stopped") if word in left]
    record = await get_request(ports, mine.number)
    assert (record.kind, record.state, record.due_on) == (Kind.OBJECT, State.ANSWERED, mine.due_on)
    with pytest.raises(RequestNotFound):
        await follow_request(ports, theirs.request.number, theirs.token)
    clock.advance(seconds=RECORD_LIFE.total_seconds())
    await sweep_requests(ports)
    assert [number for number in (mine.number, waiting.number) if number in await kept(database)] == [waiting.number]


def _erasing(database: Database, clock: ManualClock) -> AccountPorts:
    return AccountPorts(AccountErasureStore(database), {name: FakeHolder() for name in (DOOR, *HOLDERS)}, clock)


async def test_who_is_erased_leaves_no_word(ports: RequestPorts, clock: ManualClock, database: Database) -> None:
    """Nothing of theirs is left but that there was one, which was closed for that; a neighbour's is as it was."""
    mine = await send_request(ports, PERSON, Kind.DELETE, TEXT, idempotency_key="one")
    answered = await send_request(ports, PERSON, Kind.ACCESS, TEXT)
    await answer_request(ports, answered.number, "All of it is in your account.")
    neighbours = await send_request(ports, OTHER, Kind.QUESTION, "And me?")
    accounts = _erasing(database, clock)
    await erase_person(accounts, PERSON, anew=False)
    with pytest.raises(ClosingBegun):
        await send_request(ports, PERSON, Kind.QUESTION, "Am I gone?")
    await erase_accounts(accounts)
    left = await kept(database)
    assert not [word for word in (PERSON, TEXT, "in your account") if word in left]
    record = await get_request(ports, mine.number)
    assert (record.state, record.ending) == (State.CLOSED, Ending.ERASED)
    assert (await get_request(ports, answered.number)).state is State.ANSWERED
    assert list(await list_requests(ports, OTHER)) == [neighbours]


async def test_a_reported_child_is_erased_and_it_is_kept_why(
    ports: RequestPorts, clock: ManualClock, database: Database
) -> None:
    """The report begins the erasure that shuts them out, once, by a request that is there; the reason outlives it."""
    told = await send_strangers_request(ports, Kind.CHILD, "The account of my son, who is ten.", ADDRESS)
    with pytest.raises(RequestNotFound):
        await report_child(ports, PERSON, "PR-0000000000")
    assert await database.pool.fetchval("SELECT count(*) FROM account_erasures") == 0
    reported = await report_child(ports, PERSON, told.request.number)
    assert reported.is_new
    assert [step.holder for step in reported.erasure.steps] == [DOOR, *HOLDERS]
    accounts = _erasing(database, clock)
    await erase_accounts(accounts)
    again = await report_child(ports, PERSON, "")
    assert (again.is_new, again.erasure.finished_at) == (False, clock.now())
    assert await database.pool.fetchval("SELECT reason FROM account_erasures WHERE user_id = $1", PERSON) == "child"
    await erase_person(accounts, OTHER, anew=False)
    assert await database.pool.fetchval("SELECT reason FROM account_erasures WHERE user_id = $1", OTHER) == ""
    # Whoever had it begun before: what is told of it is kept as well.
    assert not (await report_child(ports, OTHER, "")).is_new
    assert await database.pool.fetchval("SELECT reason FROM account_erasures WHERE user_id = $1", OTHER) == "child"


async def test_metrics_tell_how_near_the_day_is_and_who_was_not_told(
    ports: RequestPorts, notices: FakeNotices, clock: ManualClock
) -> None:
    """Infinite where nothing waits, below 0 past the legal day; an answer that nobody hears of is told by its age."""
    timer = RequestTimer(ports)
    await timer._tell()
    assert metrics.PRIVACY_REQUEST_LEFT_SECONDS._value.get() == math.inf
    sent = await send_strangers_request(ports, Kind.ACCESS, TEXT, ADDRESS)
    await timer._tell()
    left_s = (late_from(sent.request.due_on) - clock.now()).total_seconds()
    assert metrics.PRIVACY_REQUEST_LEFT_SECONDS._value.get() == left_s
    clock.advance(seconds=left_s + 60)
    await timer._tell()
    assert metrics.PRIVACY_REQUEST_LEFT_SECONDS._value.get() == -60
    notices.is_away = True
    await answer_request(ports, sent.request.number, "Nothing.")
    clock.advance(hours=1)
    await timer._tell()
    assert metrics.PRIVACY_REQUEST_LEFT_SECONDS._value.get() == math.inf
    assert metrics.PRIVACY_REQUEST_UNTOLD_SECONDS._value.get() == 3600
    notices.is_away = False
    clock.advance(minutes=1)
    await timer._tell()
    assert metrics.PRIVACY_REQUEST_UNTOLD_SECONDS._value.get() == 0


async def test_without_auth_what_is_to_be_told_waits(ports: RequestPorts) -> None:
    """An installation that names no auth answers people in their account all the same, and forgets to tell nobody."""
    alone = dataclasses.replace(ports, notices=None)
    sent = await send_request(alone, PERSON, Kind.QUESTION, "Who are you?")
    await answer_request(alone, sent.number, "We.")
    assert (await tell_requests(alone)).told == 0
    assert (await tell_requests(ports)).told == 1
