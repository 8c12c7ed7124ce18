"""What a receipt tells of a deletion: whatever holders say, it can be written down."""

from __future__ import annotations

import dataclasses
import datetime

from hypothesis import given
from hypothesis import strategies as st

from chassis.evidence.canonical import WHOLE_MAX, canonical
from services.retention.domain.account_erasure import Answer, begun
from services.retention.domain.deletion import Kind, of_account, of_track, of_upload
from tests.unit.retention.store_promises import NOW, SECOND, erasure, gone


@given(st.dictionaries(st.text(max_size=90), st.integers(-5, WHOLE_MAX), max_size=5))
def test_any_word_of_a_holder_can_be_signed(counts: dict[str, int]) -> None:
    """A kind in letters that the form has not is told in those that it has, and no count is lost by that."""
    told = begun("usr_1", NOW, NOW)
    told = told.taken(told.step_of("library").answered(Answer(True, counts), NOW), NOW)
    plain = of_account(told).gone["library"]
    if sum(plain.values()) <= WHOLE_MAX:
        canonical(dict(plain))
    assert sum(plain.values()) == sum(max(0, count) for count in counts.values())


def test_an_account_tells_every_holder() -> None:
    """When it was asked for and when it was over, and each service with what it took away, if only nothing."""
    told = begun("usr_1", NOW, NOW)
    for step in told.steps:
        told = told.taken(
            step.answered(Answer(True, {"things": 2} if step.holder == "auth" else {}), NOW), NOW + SECOND
        )
    deletion = of_account(told)
    assert (deletion.kind, deletion.thing, deletion.key_name) == (Kind.ACCOUNT, "", "usr_1")
    assert (deletion.asked_at, deletion.erased_at) == (NOW, NOW + SECOND)
    assert deletion.gone == {"library": {}, "separation": {}, "billing": {}, "auth": {"things": 2}}


def test_an_upload_is_asked_for_from_its_arrival_on() -> None:
    """So anybody can see in the chain whether each went within 24 hours; its key is named, a track's many are not."""
    upload, track = of_upload(erasure("upl_1")), of_track(gone("trk_1"))
    assert upload.erased_at - upload.asked_at == datetime.timedelta(days=1)
    assert (upload.has_key, upload.key_name, upload.reason) == (True, "upl_1", "finished")
    assert (track.has_key, track.reason, sum(track.gone["library"].values())) == (False, "deleted", 29)
    assert dataclasses.replace(track, thing="").key_name == "usr_1"
