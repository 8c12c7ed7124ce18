"""What every store of findings promises; run on the fake and on PostgreSQL."""

from __future__ import annotations

import datetime

from services.retention.app.check_ports import CheckStore
from services.retention.domain.finding import Before, Finding, Known, State

NOW = datetime.datetime(2030, 1, 2, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
LATER = NOW + 60 * MINUTE


def kept(at: datetime.datetime, count: int = 0, name: str = "one") -> Finding:
    return Finding(name, State.KEPT, at, {"left": count})


class CheckPromises:
    """Subclasses give the fixture `store`."""

    async def test_what_is_due_is_taken_once_and_the_longest_first(self, store: CheckStore) -> None:
        """A check that a process took on is left alone until it gives it back or its claim runs out."""
        async with store.transaction() as work:
            await work.enrol(["one"], NOW)
            await work.enrol(["one", "two", "three"], NOW + MINUTE)
            assert list(await work.claim(["one", "two"], NOW, LATER, 9)) == ["one"]
        async with store.transaction() as work:
            assert set(await work.claim(["one", "two"], NOW + MINUTE, LATER, 9)) == {"two"}
            assert list(await work.claim(["one", "two"], NOW + 2 * MINUTE, LATER, 9)) == []
            assert set(await work.claim(["one", "two"], LATER, LATER + MINUTE, 9)) == {"one", "two"}

    async def test_the_last_finding_is_known_and_when_it_was_kept(self, store: CheckStore) -> None:
        """A check that found its promise broken, or could not say, still tells when it was last found kept."""
        broken = Finding("one", State.BROKEN, NOW + MINUTE, {"left": 2})
        blind = Finding("one", State.CANNOT_SAY, NOW + 2 * MINUTE, reason="NO_ANSWER", service="library")
        async with store.transaction() as work:
            await work.enrol(["one", "two"], NOW)
            assert await work.known() == {}
            await work.keep(kept(NOW), LATER, NOW)
            assert await work.known() == {"one": Known(kept(NOW), NOW)}
            for finding in (broken, blind):
                await work.keep(finding, LATER, LATER)
                assert await work.known() == {"one": Known(finding, NOW)}

    async def test_a_process_that_was_paused_does_not_overwrite_what_was_found_since(self, store: CheckStore) -> None:
        """Of two runs of a check the one that looked later is believed, whichever ends first."""
        async with store.transaction() as work:
            await work.enrol(["one"], NOW)
            await work.keep(kept(NOW + MINUTE, 1), LATER, NOW)
            await work.keep(Finding("one", State.BROKEN, NOW, {"left": 9}), NOW, LATER)
            assert await work.known() == {"one": Known(kept(NOW + MINUTE, 1), NOW + MINUTE)}
            assert list(await work.claim(["one"], NOW + 2 * MINUTE, LATER, 9)) == []

    async def test_an_operator_has_a_check_run_before_it_is_due(self, store: CheckStore) -> None:
        """What is hastened is due now; what was due before stays so."""
        async with store.transaction() as work:
            await work.enrol(["one"], LATER)
            assert list(await work.claim(["one"], NOW, LATER, 9)) == []
            await work.hasten(["one"], NOW)
            assert list(await work.claim(["one"], NOW, LATER, 9)) == ["one"]

    async def test_what_an_operator_hastens_is_looked_at_anew(self, store: CheckStore) -> None:
        """A check that is under way began before it was asked for: it is due as soon as it has ended."""
        async with store.transaction() as work:
            await work.enrol(["one"], NOW)
            await work.claim(["one"], NOW, LATER, 9)
        async with store.transaction() as work:
            await work.hasten(["one"], NOW + MINUTE)
            await work.keep(kept(NOW), LATER + MINUTE, LATER)
            assert list(await work.claim(["one"], NOW + MINUTE, LATER, 9)) == ["one"]
            await work.keep(kept(NOW + MINUTE), LATER + MINUTE, LATER)
            assert list(await work.claim(["one"], LATER, LATER, 9)) == []

    async def test_what_was_known_before_is_told_to_whoever_keeps(self, store: CheckStore) -> None:
        """The finding before, by whichever process, and what the log said last: of what nobody can say, the second."""
        broken = Finding("one", State.BROKEN, NOW + MINUTE, {"left": 2})
        blind, still = (
            Finding("one", State.CANNOT_SAY, NOW + minute * MINUTE, reason="NO_ANSWER", service="library")
            for minute in (2, 3)
        )
        late = kept(NOW, 5)
        async with store.transaction() as work:
            await work.enrol(["one"], NOW)
            before = [await work.keep(finding, LATER, LATER) for finding in (kept(NOW), broken, blind, still, late)]
        assert before == [
            Before(None, "kept"),
            Before(Known(kept(NOW), NOW), "kept"),
            Before(Known(broken, NOW), "broken"),
            Before(Known(blind, NOW), "broken"),
            Before(Known(still, NOW), "cannot_say NO_ANSWER library"),
        ]

    async def test_history_has_every_change_and_goes_by_age(self, store: CheckStore) -> None:
        """What says the same again joins the history once an hour, what says something else at once."""
        async with store.transaction() as work:
            await work.enrol(["one", "two"], NOW)
            for minute, count in ((0, 0), (5, 0), (10, 1), (15, 0), (20, 0), (80, 0)):
                await work.keep(kept(NOW + minute * MINUTE, count), LATER, LATER)
            await work.keep(kept(NOW, name="two"), LATER, LATER)
        async with store.transaction() as work:
            assert await work.forget(NOW + 15 * MINUTE, 2) == 2
            assert await work.forget(NOW + 15 * MINUTE, 9) == 1
            assert await work.forget(NOW + 81 * MINUTE, 9) == 2
            assert (await work.known()).keys() == {"one", "two"}
