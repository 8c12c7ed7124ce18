"""Idempotency keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.stripe import failures
from stack.stripe.clock import DAY_S
from stack.stripe.idempotency import Answers

steps = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["one", "other"]), st.integers(0, DAY_S)), max_size=30
)


@given(steps)
def test_against_a_plain_memory(given_steps: list[tuple[str, str, int]]) -> None:
    """A key answers as at first for a day, refuses other parameters, and is new after that, whatever came between."""
    answers, memory, now = Answers(), dict[str, tuple[str, int, str]](), 0
    for number, (key, parameters, later) in enumerate(given_steps):
        now += later
        known = memory.get(key)
        if known is not None and known[1] + DAY_S > now and known[0] != parameters:
            with pytest.raises(failures.Refused):
                answers.begin(key, parameters, now)
            continue
        found = answers.begin(key, parameters, now)
        if known is not None and known[1] + DAY_S > now:
            assert found is not None
            assert found.body == known[2]
            continue
        assert found is None
        answers.finish(key, 200, str(number), "req_1")
        memory[key] = (parameters, now, str(number))


def test_under_way() -> None:
    """A key is in use until its answer is there, and free again when nothing was done."""
    answers = Answers()
    answers.begin("a", "one", 0)
    with pytest.raises(failures.Refused) as refused:
        answers.begin("a", "one", 0)
    assert refused.value.status == 409
    answers.forget("a")
    assert answers.begin("a", "other", 0) is None


def test_a_restart_keeps_finished_answers_alone() -> None:
    """What was under way when the process ended can be asked again."""
    answers, after = Answers(), Answers()
    answers.begin("a", "one", 0)
    answers.begin("b", "one", 0)
    answers.finish("b", 500, "failed", "req_1")
    after.load(answers.dump())
    assert after.begin("a", "one", 0) is None
    found = after.begin("b", "one", 0)
    assert found is not None
    assert (found.status, found.body) == (500, "failed")
