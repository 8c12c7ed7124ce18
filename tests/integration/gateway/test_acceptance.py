"""Accepting the privacy policy over real HTTP: asked once, by a person alone, and in nobody's way."""

from __future__ import annotations

from services.gateway.api.acceptance_schemas import acceptance_json
from stripsession.auth.v1 import policy_acceptance_service_pb2 as pb
from tests.integration.gateway.conftest import OWNER, STRANGER, Door
from tests.integration.gateway.fake_acceptances import IN_FORCE
from tests.integration.gateway.test_routes import check_problem, check_schema

PATH, NOTICES = "/v1/privacy/acceptance", "/v1/privacy/notices"


async def test_somebody_is_asked_accepts_and_is_asked_no_more(door: Door) -> None:
    """What is in force is told with what is new in it; accepting it is noted of them, and of nobody else."""
    headers = door.bearer()
    told = await door.http.get(PATH, headers=headers)
    assert told.status_code == 200
    check_schema(door, "PolicyAcceptance", told.json())
    assert (told.json()["is_asked"], told.json()["is_accepted"], told.json()["accepted"]) == (True, False, [])
    assert told.json()["in_force"]["changes"]["de"]
    accepted = await door.http.post(PATH, json={"version": IN_FORCE}, headers=headers)
    check_schema(door, "PolicyAcceptance", accepted.json())
    assert (accepted.json()["is_asked"], accepted.json()["is_accepted"]) == (False, True)
    assert (await door.http.get(PATH, headers=door.bearer(STRANGER))).json()["is_asked"]


async def test_another_version_cannot_be_accepted(door: Door) -> None:
    """One that is not in force is refused by a word, and what is no version by another; nothing is noted."""
    headers = door.bearer()
    for version in (IN_FORCE - 1, IN_FORCE + 1):
        answer = await door.http.post(PATH, json={"version": version}, headers=headers)
        check_problem(answer, 409, "POLICY_NOT_IN_FORCE")
    for body in ({}, {"version": 0}, {"version": "3"}):
        check_problem(await door.http.post(PATH, json=body, headers=headers), 422, "INVALID_FIELD")
    assert door.acceptances.accepted == {}


async def test_a_notice_that_was_put_off_asks_no_more(door: Door) -> None:
    """That it told them is noted, and accepts nothing."""
    headers = door.bearer()
    answer = await door.http.post(NOTICES, json={"version": IN_FORCE, "asked": True}, headers=headers)
    check_schema(door, "PolicyAcceptance", answer.json())
    assert (answer.json()["is_asked"], answer.json()["is_accepted"]) == (False, False)
    assert door.acceptances.noticed == [(OWNER, IN_FORCE)]
    unknown = await door.http.post(NOTICES, json={"version": IN_FORCE + 1, "asked": True}, headers=headers)
    check_problem(unknown, 404, "POLICY_VERSION_NOT_FOUND")


async def test_a_notice_that_did_not_ask_leaves_the_question_open(door: Door) -> None:
    """One that told of what was to come, and was put away once that was in force: the answer says that it is asked."""
    headers = door.bearer()
    for body in ({"version": IN_FORCE, "asked": False}, {"version": IN_FORCE}):
        answer = await door.http.post(NOTICES, json=body, headers=headers)
        check_schema(door, "PolicyAcceptance", answer.json())
        assert answer.json()["is_asked"]
    wrong = await door.http.post(NOTICES, json={"version": IN_FORCE, "asked": "yes"}, headers=headers)
    check_problem(wrong, 422, "INVALID_FIELD")
    assert door.acceptances.noticed == []


async def test_no_program_accepts_in_a_person_s_place(door: Door) -> None:
    """A key of whatever scope neither reads nor accepts nor puts off."""
    _, secret = door.api_keys.add(OWNER, "tracks:write")
    headers = {"Authorization": f"Bearer {secret}"}
    answers = [
        await door.http.get(PATH, headers=headers),
        await door.http.post(PATH, json={"version": IN_FORCE}, headers=headers),
        await door.http.post(NOTICES, json={"version": IN_FORCE}, headers=headers),
    ]
    for answer in answers:
        check_problem(answer, 403, "SESSION_REQUIRED")
    assert (door.acceptances.accepted, door.acceptances.noticed) == ({}, [])


async def test_what_was_not_accepted_holds_nothing_up(door: Door) -> None:
    """Who is asked and has not answered plays, downloads, uploads and leaves as before."""
    headers = door.bearer()
    track = door.library.add_track(OWNER, segments=3)
    assert (await door.http.get(f"/v1/tracks/{track.track_id}", headers=headers)).status_code == 200
    assert (await door.http.get(f"/v1/tracks/{track.track_id}/download.zip", headers=headers)).status_code == 200
    new = {"Tus-Resumable": "1.0.0", "Upload-Length": "4"}
    assert (await door.http.post("/v1/uploads", headers={**headers, **new})).status_code == 201
    assert (await door.http.post("/v1/account/closing", json={}, headers=headers)).status_code == 201


async def test_before_any_version_is_known_nobody_is_asked(door: Door) -> None:
    """For some seconds after a first start there is nothing to accept, which is told as that."""
    door.acceptances.is_known = False
    told = await door.http.get(PATH, headers=door.bearer())
    check_schema(door, "PolicyAcceptance", told.json())
    assert (told.json()["in_force"], told.json()["is_asked"], told.json()["coming"]) == (None, False, None)


def test_what_is_coming_is_told_with_its_day() -> None:
    """A version to come has its first moment, and none of the first versions says what is new in it."""
    answer = pb.GetPolicyAcceptanceResponse(is_told=True)
    answer.coming.version = 4
    answer.coming.in_force_from.FromSeconds(0)
    told = acceptance_json(answer)
    assert told["coming"] == {"version": 4, "in_force_from": "1970-01-01T00:00:00.000Z", "changes": None}
    assert told["is_told"] is True
