"""What becomes of a person's wish to close their account, through time; in memory and on PostgreSQL."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest

from chassis.testing.clock import ManualClock
from services.retention.app.account_ports import AccountErasures, AccountPorts, Holder
from services.retention.app.ask_closing import ask_closing
from services.retention.app.begin_closings import begin_closings, forget_closings, late_s
from services.retention.app.closing_ports import AccountReceipts, ClosingPorts, Closings
from services.retention.app.erase_accounts import erase_accounts
from services.retention.app.follow_closing import follow_closing
from services.retention.app.get_closing import get_closing
from services.retention.app.request_erasure import erase_person, request_erasure
from services.retention.app.withdraw_closing import withdraw_closing
from services.retention.domain.account_closing import WITHDRAWN_LIFE, State
from services.retention.domain.account_erasure import DOOR, HOLDERS, AccountErasure
from services.retention.domain.errors import ClosingBegun, ClosingNotFound, ClosingWithdrawn, IdempotencyKeyReused
from tests.unit.retention.fake_accounts import FakeHolder

PERSON, OTHER = f"usr_{'ab' * 16}", f"usr_{'cd' * 16}"
WINDOW = datetime.timedelta(days=7)
SECOND = datetime.timedelta(seconds=1)


@dataclasses.dataclass(frozen=True)
class Road:
    """A store, holders that answer, and a clock that is moved."""

    ports: ClosingPorts
    accounts: AccountPorts
    clock: ManualClock
    holders: Mapping[str, FakeHolder]
    facts: Callable[[], Awaitable[Sequence[str]]]
    """Names of the facts that were published."""

    async def ask(self, *, at_once: bool = False, key: str = "") -> str:
        """The token of a closing that was asked for."""
        return (await ask_closing(self.ports, PERSON, at_once=at_once, idempotency_key=key)).token

    async def state(self, token: str) -> State:
        return (await follow_closing(self.ports, token)).state

    async def erasure(self) -> AccountErasure | None:
        async with self.accounts.erasures.transaction() as work:
            return await work.get(PERSON)

    def asked(self) -> list[int]:
        """How often each holder was."""
        return [len(self.holders[name].asked) for name in (DOOR, *HOLDERS)]


def road_of(
    closings: Closings,
    receipts: AccountReceipts,
    erasures: AccountErasures,
    facts: Callable[[], Awaitable[Sequence[str]]],
) -> Road:
    clock, holders = ManualClock(), {name: FakeHolder() for name in (DOOR, *HOLDERS)}
    named: Mapping[str, Holder] = holders
    ports = ClosingPorts(closings, receipts, clock, WINDOW)
    return Road(ports, AccountPorts(erasures, named, clock), clock, holders, facts)


class ClosingPromises:
    """Subclasses give the fixture `road`."""

    async def test_nothing_is_erased_before_the_last_second_of_the_window(self, road: Road) -> None:
        """Until it is due nobody is asked, whatever runs; then everything is, with the way in shut first, and once."""
        token = await road.ask()
        road.clock.advance(seconds=WINDOW.total_seconds() - 1)
        assert await begin_closings(road.ports) == 0
        assert (await erase_accounts(road.accounts)).finished == []
        assert (await road.state(token), await late_s(road.ports)) == (State.WAITING, 0)
        road.clock.advance(seconds=4)
        assert await late_s(road.ports) == 3
        assert [await begin_closings(road.ports) for _ in range(2)] == [1, 0]
        assert (await road.state(token), await late_s(road.ports)) == (State.ERASING, 0)
        erasure = await road.erasure()
        assert erasure is not None
        assert [step.holder for step in erasure.steps] == [DOOR, *HOLDERS]
        assert len((await erase_accounts(road.accounts)).finished) == 1
        assert (await road.state(token), road.asked()) == (State.OVER, [1] * 5)

    async def test_at_once_waits_for_nobody(self, road: Road) -> None:
        """Who chooses so is erased now; so is who chose to wait and changed their mind."""
        first = await road.ask()
        second = await road.ask(at_once=True)
        assert await begin_closings(road.ports) == 1
        await erase_accounts(road.accounts)
        assert await road.state(second) is State.OVER
        with pytest.raises(ClosingNotFound):
            await follow_closing(road.ports, first)

    async def test_what_is_taken_back_never_begins(self, road: Road) -> None:
        """Taken back in the last moment nothing goes; asked anew the window is whole again."""
        token = await road.ask()
        road.clock.advance(seconds=WINDOW.total_seconds())
        await withdraw_closing(road.ports, PERSON)
        await withdraw_closing(road.ports, PERSON)
        assert await begin_closings(road.ports) == 0
        assert (await road.state(token), await road.erasure()) == (State.WITHDRAWN, None)
        assert await get_closing(road.ports, PERSON) is None
        await road.ask()
        found = await get_closing(road.ports, PERSON)
        assert found is not None
        assert found[0].due_at == road.clock.now() + WINDOW
        assert await road.facts() == ["AccountClosingAsked", "AccountClosingWithdrawn", "AccountClosingAsked"]

    async def test_what_has_begun_is_not_taken_back(self, road: Road) -> None:
        """Who comes too late is told so, and nothing of what began is lost."""
        await road.ask(at_once=True)
        await begin_closings(road.ports)
        with pytest.raises(ClosingBegun):
            await withdraw_closing(road.ports, PERSON)
        found = await get_closing(road.ports, PERSON)
        assert found is not None
        assert found[1] is State.ERASING

    async def test_asking_again_puts_nothing_off(self, road: Road) -> None:
        """A second wish leaves the day as it is and tells nobody anew; its link takes the place of the first."""
        first = await road.ask(key="one")
        due_at = road.clock.now() + WINDOW
        road.clock.advance(seconds=3600)
        second = await road.ask(key="two")
        found = await get_closing(road.ports, PERSON)
        assert found is not None
        assert found[0].due_at == due_at
        assert (await road.state(second), await road.facts()) == (State.WAITING, ["AccountClosingAsked"])
        with pytest.raises(ClosingNotFound):
            await follow_closing(road.ports, first)

    async def test_a_late_request_undoes_no_decision(self, road: Road) -> None:
        """The same key asks for the same thing: not for another wish, nor anew for what was taken back since."""
        await road.ask(key="one")
        with pytest.raises(IdempotencyKeyReused):
            await road.ask(key="one", at_once=True)
        await withdraw_closing(road.ports, PERSON)
        with pytest.raises(ClosingWithdrawn):
            await road.ask(key="one")
        assert await get_closing(road.ports, PERSON) is None
        assert await road.state(await road.ask(key="two")) is State.WAITING

    async def test_no_request_of_before_undoes_a_decision(self, road: Road) -> None:
        """Whichever of somebody's requests comes late, and however many they made: each was decided on since."""
        await road.ask(key="one")
        await road.ask(key="two")
        await withdraw_closing(road.ports, PERSON)
        for late in ("one", "two"):
            with pytest.raises(ClosingWithdrawn):
                await road.ask(key=late)
        await road.ask(key="three")
        await withdraw_closing(road.ports, PERSON)
        for late in ("one", "two", "three"):
            with pytest.raises(ClosingWithdrawn):
                await road.ask(key=late)
        assert await get_closing(road.ports, PERSON) is None

    async def test_a_late_request_hastens_nothing(self, road: Road) -> None:
        """To be erased at once was taken back: what is asked for since waits, whenever that request comes again."""
        await road.ask(key="one", at_once=True)
        await withdraw_closing(road.ports, PERSON)
        token = await road.ask(key="two")
        with pytest.raises(IdempotencyKeyReused):
            await road.ask(key="one", at_once=True)
        assert (await begin_closings(road.ports), await road.state(token)) == (0, State.WAITING)
        # The same request, sent again since its answer was lost, is answered all the same.
        assert await road.state(await road.ask(key="two")) is State.WAITING

    async def test_who_changed_their_mind_may_repeat_both(self, road: Road) -> None:
        """First to wait and then at once: either request is answered again with how it stands."""
        await road.ask(key="one")
        await road.ask(key="two", at_once=True)
        for key, at_once in (("one", False), ("two", True)):
            await road.ask(key=key, at_once=at_once)
        with pytest.raises(IdempotencyKeyReused):
            await road.ask(key="two")
        assert await begin_closings(road.ports) == 1

    @pytest.mark.parametrize("is_operators", [True, False])
    async def test_an_erasure_by_others_takes_its_place(self, road: Road, *, is_operators: bool) -> None:
        """Whoever an operator or their issuer has erased meanwhile follows that, takes nothing back, and goes once."""
        token = await road.ask()
        road.clock.advance(seconds=60)
        if is_operators:
            await erase_person(road.accounts, PERSON, anew=False)
        else:
            await request_erasure(road.accounts, PERSON, road.clock.now())
        assert await road.state(token) is State.ERASING
        with pytest.raises(ClosingBegun):
            await withdraw_closing(road.ports, PERSON)
        await erase_accounts(road.accounts)
        road.clock.advance(seconds=WINDOW.total_seconds())
        assert await begin_closings(road.ports) == 0
        assert (await erase_accounts(road.accounts)).finished == []
        assert (await road.state(token), road.asked()[1:]) == (State.OVER, [1] * 4)
        assert await late_s(road.ports) == 0

    async def test_whom_a_backup_brought_back_can_go_again(self, road: Road) -> None:
        """A person who was erased before, and is here all the same, closes the account like anybody else."""
        await road.ask(at_once=True)
        await begin_closings(road.ports)
        await erase_accounts(road.accounts)
        road.clock.advance(seconds=3600)
        token = await road.ask()
        assert (await road.state(token), await begin_closings(road.ports)) == (State.WAITING, 0)
        road.clock.advance(seconds=WINDOW.total_seconds())
        assert await begin_closings(road.ports) == 1
        await erase_accounts(road.accounts)
        assert (await road.state(token), road.asked()) == (State.OVER, [2] * 5)

    async def test_what_was_taken_back_is_forgotten(self, road: Road) -> None:
        """A month after it was taken back nothing of a closing is kept."""
        token = await road.ask()
        await withdraw_closing(road.ports, PERSON)
        road.clock.advance(seconds=WITHDRAWN_LIFE.total_seconds())
        await forget_closings(road.ports)
        assert await road.state(token) is State.WITHDRAWN
        road.clock.advance(seconds=1)
        await forget_closings(road.ports)
        with pytest.raises(ClosingNotFound):
            await follow_closing(road.ports, token)

    async def test_what_is_over_is_forgotten(self, road: Road) -> None:
        """Ninety days after an erasure is over its link leads nowhere; one that is not over is told of however long."""
        token = await road.ask(at_once=True)
        await begin_closings(road.ports)
        await erase_accounts(road.accounts)
        road.holders["billing"].is_away = True
        stuck = (await ask_closing(road.ports, OTHER, at_once=True, idempotency_key="")).token
        await begin_closings(road.ports)
        await erase_accounts(road.accounts)
        road.clock.advance(days=90)
        await forget_closings(road.ports)
        assert await road.state(token) is State.OVER
        road.clock.advance(seconds=1)
        await forget_closings(road.ports)
        with pytest.raises(ClosingNotFound):
            await follow_closing(road.ports, token)
        assert await road.state(stuck) is State.ERASING

    async def test_who_follows_is_given_the_receipt(self, road: Road) -> None:
        """Nobody can sign in for it any more: once all is erased the link gives it, and before that nothing."""
        token = await road.ask(at_once=True)
        await begin_closings(road.ports)
        assert (await follow_closing(road.ports, token)).receipt is None
        await erase_accounts(road.accounts)
        receipt = (await follow_closing(road.ports, token)).receipt
        assert receipt is not None
        assert PERSON.encode() in receipt

    async def test_all_that_is_old_goes(self, road: Road) -> None:
        """However much there is of it."""
        people = [f"usr_{number:032x}" for number in range(50)]
        for number, user_id in enumerate(people):
            await ask_closing(road.ports, user_id, at_once=number % 2 == 0, idempotency_key="")
            if number % 2:
                await withdraw_closing(road.ports, user_id)
        await begin_closings(road.ports)
        await erase_accounts(road.accounts)
        road.clock.advance(days=91)
        await forget_closings(road.ports)
        async with road.ports.closings.transaction() as work:
            assert [await work.closing(user_id) for user_id in people] == [None] * 50

    async def test_many_come_due_in_one_second(self, road: Road) -> None:
        """However many are due, one round begins all of them."""
        for number in range(45):
            await ask_closing(road.ports, f"usr_{number:032x}", at_once=True, idempotency_key="")
        assert await begin_closings(road.ports) == 45
        assert await late_s(road.ports) == 0
