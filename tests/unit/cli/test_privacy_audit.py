"""What an audit of the promises prints, and when it says that all of them are kept."""

from __future__ import annotations

import argparse
import datetime
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from cli import exits, privacy_audit
from cli.privacy_audit import as_json, is_proved, lines_of, verdict_of
from stripsession.retention.v1 import policy_service_pb2 as policy_pb
from stripsession.retention.v1 import promise_service_pb2 as pb

NOW = datetime.datetime(2030, 1, 2, 12, tzinfo=datetime.UTC)


def promise(
    clause_id: str, state: pb.PromiseState.ValueType, *, hours_old: float | None = None, **more: object
) -> pb.Promise:
    made = pb.Promise(
        clause_id=clause_id,
        title=policy_pb.PolicyText(by_language={"en": f"Promise {clause_id}"}),
        check="uploads_erased_in_time",
        state=state,
        **more,  # type: ignore[arg-type]  # fields of the message
    )
    if hours_old is not None:
        made.proved_at.FromDatetime(NOW - datetime.timedelta(hours=hours_old))
    return made


KEPT = promise("4.2", pb.PROMISE_STATE_KEPT, hours_old=0.5, figures={"erased_late": 0, "uploads_erased": 12})
BROKEN = promise(
    "9.2",
    pb.PROMISE_STATE_BROKEN,
    hours_old=30,
    figures={"uploads_erased": 12, "zero_left": 2},
    broken_by=["zero_left"],
    remedy="see the log",
)
BLIND = promise("12", pb.PROMISE_STATE_CANNOT_SAY, reason="NO_ANSWER", service="library", remedy="start it")


def test_every_promise_is_a_line() -> None:
    """Number, promise, state with its reason, age of the evidence, and figures: those that break it come first."""
    assert lines_of([KEPT, BROKEN, BLIND], NOW) == (
        "CLAUSE  PROMISE      STATE                            EVIDENCE    FIGURES",
        "4.2     Promise 4.2  kept                             30 min old  erased_late=0 uploads_erased=12",
        "9.2     Promise 9.2  BROKEN                           1 d old     zero_left=2 uploads_erased=12",
        "12      Promise 12   cannot say (library: NO_ANSWER)  never",
    )


def test_what_can_be_done_is_said_of_what_is_not_kept_alone() -> None:
    """The end of the audit counts, and has a line for each remedy with the clauses that it is for."""
    assert verdict_of([KEPT], NOW) == ("1 of 1 promises are kept by evidence less than a day old.",)
    assert verdict_of([KEPT, BROKEN, BLIND], NOW) == (
        "1 of 3 promises are kept by evidence less than a day old.",
        "  9.2  uploads_erased_in_time: see the log",
        "  12  uploads_erased_in_time: start it",
        "What to do about each: docs/runbooks/PromiseBroken.md",
    )


def test_evidence_of_yesterday_proves_nothing() -> None:
    """A promise is proved by evidence less than a day old, and by the words of a service alone it is not."""
    assert is_proved(promise("3", pb.PROMISE_STATE_KEPT, hours_old=23.9), NOW)
    assert not is_proved(promise("3", pb.PROMISE_STATE_KEPT, hours_old=24), NOW)
    assert not is_proved(promise("3", pb.PROMISE_STATE_KEPT), NOW)
    assert not is_proved(promise("3", pb.PROMISE_STATE_BROKEN, hours_old=1), NOW)


@pytest.mark.parametrize(
    ("promises", "code"),
    [
        ([KEPT], exits.DONE),
        ([KEPT, BROKEN], exits.SOME_FAILED),
        ([KEPT, BLIND], exits.SOME_FAILED),
        ([], exits.SOME_FAILED),
    ],
)
async def test_it_ends_well_only_where_every_promise_is_kept(
    promises: list[pb.Promise], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is broken, of which nobody can say, or no promise at all is a failure, for programs too."""
    fresh = [pb.Promise.FromString(each.SerializeToString()) for each in promises]
    for each in fresh:
        if each.HasField("proved_at"):
            each.proved_at.GetCurrentTime()

    async def asked(data: Path, *, is_run: bool) -> pb.ListPromisesResponse:
        assert is_run
        return pb.ListPromisesResponse(promises=fresh, version=1)

    monkeypatch.setattr(privacy_audit, "_asked", asked)
    for is_json in (False, True):
        said = io.StringIO()
        arguments = argparse.Namespace(data=Path("nowhere"), run=True, json=is_json)
        assert await privacy_audit.run(arguments, Console(file=said)) == code
        if is_json:
            assert json.loads(said.getvalue())["kept"] is (code == exits.DONE)


def test_programs_are_told_all_of_it() -> None:
    """JSON has the contract's names, figures as numbers, and how old the evidence is."""
    told = as_json(pb.ListPromisesResponse(promises=[BROKEN], version=1, region="eu"), NOW)
    assert told == {
        "version": 1,
        "region": "eu",
        "kept": False,
        "promises": [
            {
                "clause_id": "9.2",
                "title": {"en": "Promise 9.2"},
                "check": "uploads_erased_in_time",
                "looks_at": "",
                "state": "broken",
                "reason": "",
                "service": "",
                "figures": {"uploads_erased": 12, "zero_left": 2},
                "broken_by": ["zero_left"],
                "proved_at": "2030-01-01T06:00:00Z",
                "remedy": "see the log",
                "is_proved": False,
                "evidence_age_s": 108_000.0,
            }
        ],
    }
