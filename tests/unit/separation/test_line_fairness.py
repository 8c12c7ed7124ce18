"""The line as a whole, simulated: many people, tiers and workers, and one who hands in hundreds of songs."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.separation.domain.tiers import SHARES, Tier
from tests.unit.separation.line_yard import SPEED, LineYard, Person, Taken

SONG_S = 240
LONGEST_S = 600
LENGTHS = st.integers(30, LONGEST_S)


def crowd(rng: random.Random, people: int, tiers: Sequence[Tier] = (Tier.STANDARD,)) -> list[Person]:
    return [Person(f"usr_{number}", rng.choice(tiers), rng.choice([0, 1, 2, 3])) for number in range(people)]


def between(taken: Sequence[Taken], job_id: str, submitted_s: float) -> list[Taken]:
    """What was taken up from a job's submission on until it was."""
    until = next(index for index, each in enumerate(taken) if each.job_id == job_id)
    return [each for each in taken[:until] if each.at_s >= submitted_s]


@pytest.mark.parametrize("songs", [50, 500])
@pytest.mark.parametrize("places", [1, 5, 0])
async def test_a_first_song_does_not_wait_behind_a_heap(songs: int, places: int) -> None:
    """Behind one person's hundreds of songs another's first is the next to be taken up, when a worker is free."""
    yard = LineYard(workers=1)
    heavy, light = Person("usr_heavy", places=places), Person("usr_light")
    for _ in range(songs):
        await yard.submit(heavy, SONG_S)
    await yard.until(5.0)
    job_id = await yard.submit(light, SONG_S)
    assert await yard.jobs_ahead(job_id) == 0
    await yard.until_empty(3)
    mine = next(each for each in yard.taken if each.job_id == job_id)
    assert yard.taken.index(mine) == 1
    assert mine.waited_s <= SONG_S / SPEED


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(2, 12))
async def test_a_first_song_waits_for_little_of_each_other(seed: int, workers: int, people: int) -> None:
    """Before a person's first song no more of any other of the tier is taken up than two of the longest songs."""
    rng = random.Random(seed)
    yard = LineYard(workers)
    heavy = Person("usr_heavy", places=rng.choice([0, 1, 3]))
    for _ in range(60):
        await yard.submit(heavy, rng.randint(30, LONGEST_S))
    firsts = {}
    for person in crowd(rng, people):
        for number in range(rng.randint(1, 4)):
            await yard.until(yard.now_s + rng.choice([0.0, 1.0, 20.0]))
            submitted_s = yard.now_s
            job_id = await yard.submit(person, rng.randint(30, LONGEST_S))
            if number == 0:
                firsts[job_id] = submitted_s
    await yard.until_empty()
    for job_id, submitted_s in firsts.items():
        before: Counter[str] = Counter()
        for each in between(yard.taken, job_id, submitted_s):
            before[each.owner] += each.audio_s
        assert max(before.values(), default=0) <= 2 * LONGEST_S


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 3), min_size=2, max_size=5), LENGTHS, LENGTHS)
async def test_people_who_wait_together_get_the_same_audio(seed: int, places: list[int], short: int, long: int) -> None:
    """While two people have songs waiting, what was taken up of each differs by a song of each and a half at most."""
    rng = random.Random(seed)
    yard = LineYard(workers=1)
    people = [Person(f"usr_{number}", places=each) for number, each in enumerate(places)]
    lengths = {}
    for person in people:
        # Everybody has a length of song of their own, and the same audio in all: an hour.
        length_s = rng.choice([short, long])
        lengths[person.name] = length_s
        for _ in range(3600 // length_s):
            await yard.submit(person, length_s)
    await yard.until_empty()
    had: Counter[str] = Counter()
    left = Counter({person.name: 3600 // lengths[person.name] for person in people})
    for each in yard.taken:
        had[each.owner] += each.audio_s
        left[each.owner] -= 1
        if min(left.values()) == 0:
            break
        for one, two in itertools.combinations(people, 2):
            # Who came while the first song had been begun stands half of it behind.
            assert (
                abs(had[one.name] - had[two.name]) <= lengths[one.name] + lengths[two.name] + max(lengths.values()) / 2
            )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 8))
async def test_nobody_has_more_at_once_than_the_plan_says(seed: int, workers: int) -> None:
    """At no time do more of a person's songs run than the plan allows, and no worker idles beside one that may run."""
    rng = random.Random(seed)
    yard = LineYard(workers)
    people = crowd(rng, 4, list(Tier))
    for _ in range(60):
        await yard.submit(rng.choice(people), rng.randint(30, LONGEST_S))
        if rng.random() < 0.3:
            await yard.until(yard.now_s + rng.uniform(0, 30))
    await yard.until_empty()
    assert len(yard.taken) == 60
    for person in people:
        assert not person.places or yard.running_at_once.get(person.name, 0) <= person.places
    assert yard.idle_beside_work == 0


@pytest.mark.parametrize("workers", [1, 4])
async def test_tiers_keep_their_shares_beside_a_heavy_user_in_each(workers: int) -> None:
    """With all tiers full every ten songs taken up are six, three and one; and nobody of the lowest waits for ever."""
    rng = random.Random(7)
    yard = LineYard(workers)
    people = [Person(f"{tier}_{number}", tier, 2) for tier in Tier for number in range(4)]
    for tier in Tier:
        for _ in range(250):
            await yard.submit(Person(f"{tier}_heavy", tier, 5), SONG_S)
    for person in people:
        for _ in range(10):
            await yard.submit(person, rng.choice([120, 240, 480]))
    await yard.until_empty(100)
    tail = yard.taken[-100:]
    for begin in range(91):
        assert Counter(each.tier for each in tail[begin : begin + 10]) == SHARES
    standard = [each.owner for each in yard.taken if each.tier is Tier.STANDARD]
    assert {f"standard_{number}" for number in range(4)} < set(standard[:8])


async def test_the_place_told_is_the_place_had() -> None:
    """With nobody coming after it, as many jobs are taken up before a job as its owner was told, in every tier."""
    rng = random.Random(3)
    yard = LineYard(workers=1)
    people = [Person(f"usr_{number}", tier, 1) for number, tier in enumerate([*Tier] * 4)]
    for person in people:
        await yard.submit(person, rng.randint(60, 600))
    waiting = [row.job.job_id for row in yard.rows.values() if row.job.started_at is None]
    told = {job_id: await yard.jobs_ahead(job_id) for job_id in waiting}
    already = len(yard.taken)
    await yard.until_empty()
    assert told == {each.job_id: place for place, each in enumerate(yard.taken[already:])}


async def test_who_was_held_back_saves_nothing_up() -> None:
    """A person whose songs waited for their own place, while others went on, then goes on as one of them, not first."""
    yard = LineYard(workers=2)
    held, brisk = Person("usr_held", places=1), Person("usr_brisk", places=2)
    for _ in range(40):
        await yard.submit(held, SONG_S)
        await yard.submit(brisk, SONG_S // 4)
    await yard.until(100.0)
    newcomers = [Person(f"usr_{number}", places=1) for number in range(6)]
    jobs = [await yard.submit(person, SONG_S) for person in newcomers]
    already = len(yard.taken)
    await yard.until_empty(8)
    assert [each.job_id for each in yard.taken[already:] if each.owner == "usr_held"][1:] == []
    assert set(jobs) <= {each.job_id for each in yard.taken[already:]}


async def test_a_stopped_song_costs_no_place() -> None:
    """Who hands in long songs and stops them before they began stands where they would have stood without."""
    yard = LineYard(workers=1)
    await yard.submit(Person("usr_busy"), SONG_S)
    person = Person("usr_1")
    for _ in range(5):
        job_id = await yard.submit(person, 36_000)
        work = yard.work()
        assert await work.cancel(job_id)
        await work.line_up(person.name)
    job_id = await yard.submit(person, SONG_S)
    assert yard.rows[job_id].job.turn_s == SONG_S // 2


@pytest.mark.parametrize("places", [1, 3])
async def test_an_endless_row_of_newcomers_starves_nobody(places: int) -> None:
    """With a newcomer for every place that comes free, a person's songs still come up as often as anybody's in line."""
    yard = LineYard(workers=1)
    person = Person("usr_1", places=places)
    for _ in range(12):
        await yard.submit(person, SONG_S)
    for number in range(120):
        await yard.submit(Person(f"usr_new_{number}"), SONG_S)
        await yard.until_empty(1)
    mine = [index for index, each in enumerate(yard.taken) if each.owner == person.name]
    gaps = [later - earlier for earlier, later in itertools.pairwise(mine)]
    assert len(mine) == 12
    # Each of the person's songs leaves one newcomer more in line.
    assert all(gap <= in_line + 3 for in_line, gap in enumerate(gaps, 1))
