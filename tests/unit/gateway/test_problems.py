"""Refusals as problems."""

from __future__ import annotations

import contextlib
import json

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.rpc.errors import Refusal
from services.gateway.api.problems import Refused, problem_of
from services.gateway.api.reasons import REASONS
from services.gateway.api.schema import PLAIN, Body, JsonObject, Number, Text, Texts, Whole
from services.gateway.domain.identifiers import PATTERNS, is_known_shape

CODES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_status_and_says_what_to_do(code: grpc.StatusCode) -> None:
    """No status code of gRPC is left without an HTTP status, a sentence and an action."""
    problem = problem_of(Refusal(code, code.name, "ipv4:10.0.0.7:5001: Connection refused"))
    document = problem.document("req_1")
    assert 400 <= problem.status <= 599
    assert document["action"]
    assert "10.0.0.7" not in str(document)
    assert ("Retry-After" in problem.headers) is (problem.status in (429, 503, 504))


def test_a_caller_that_is_not_allowed_is_our_fault() -> None:
    """The gateway's own certificate being refused is 500, without a word about it."""
    problem = problem_of(Refusal(grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_ALLOWED", "caller gateway"))
    assert (problem.status, problem.reason) == (500, "INTERNAL")
    assert "caller" not in problem.detail


def test_a_word_newer_than_the_document_is_told_as_another() -> None:
    """A client that knows every word of the document meets no other: a service's newer one keeps its status alone."""
    problem = problem_of(Refusal(grpc.StatusCode.FAILED_PRECONDITION, "TRACK_FROZEN", "It is frozen. Thaw it first."))
    assert (problem.status, problem.reason, problem.facts) == (409, "OTHER", {"reason": "TRACK_FROZEN"})
    assert problem.document("req_1")["action"] == "Thaw it first."


@pytest.mark.parametrize(
    ("code", "word", "status"),
    [
        (grpc.StatusCode.ABORTED, "UPLOAD_OFFSET_MISMATCH", 409),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_UPLOADS", 429),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "UPLOAD_FRAGMENTED", 422),
        (grpc.StatusCode.FAILED_PRECONDITION, "UPLOAD_GONE", 410),
    ],
)
def test_a_words_status_is_its_own(code: grpc.StatusCode, word: str, status: int) -> None:
    """A word has the one status of the document, whatever code brought it, and asks to wait where that helps."""
    problem = problem_of(Refusal(code, word, "A sentence."))
    assert (problem.status, problem.reason) == (status, word)
    assert ("Retry-After" in problem.headers) is (status == 429)


def test_a_service_that_is_too_busy_is_away_for_a_moment() -> None:
    """BUSY is 503 with Retry-After, whether the gateway or a service says it: nothing in the request is too much."""
    problem = problem_of(Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY", "Too many at once.", 1.5))
    assert (problem.status, problem.reason, problem.headers["Retry-After"]) == (503, "BUSY", "2")


@pytest.mark.parametrize(
    ("message", "action"),
    [
        ("This file is not audio we can read. Upload WAV or FLAC.", "Upload WAV or FLAC."),
        ("Too many songs are waiting; please try again in a little while.", "Please try again in a little while."),
        ("The session has ended. Sign in again.", "Sign in again."),
    ],
)
def test_what_a_detail_says_to_do_is_the_action(message: str, action: str) -> None:
    """No refusal has two remedies: the action is the detail's own where it has one."""
    problem = problem_of(Refusal(grpc.StatusCode.INVALID_ARGUMENT, "NOT_AUDIO", message))
    assert problem.detail == message
    assert problem.document("req_1")["action"] == action


def test_a_plan_without_a_default_is_no_fault_of_the_request() -> None:
    """Who left the model open, and whose plan has none to take, is told which to name, as a conflict and no fault."""
    text = "The Home plan has no model to take when none is named. Name one of its models: duo."
    problem = problem_of(
        Refusal(grpc.StatusCode.INVALID_ARGUMENT, "PLAN_WITHOUT_DEFAULT", text, None, {"models": "duo"})
    )
    assert (problem.status, problem.facts) == (409, {"models": "duo"})
    assert problem.document("req_1")["action"] == "Name one of its models: duo."


def test_a_spent_link_says_how_to_get_another() -> None:
    """Who holds a spent link is sent to whoever runs the server, and who runs it to the command that prints one."""
    problem = problem_of(Refusal(grpc.StatusCode.UNAUTHENTICATED, "LINK_SPENT", "Spent."))
    action = str(problem.document("req_1")["action"])
    assert action.startswith("Ask whoever runs this server")
    assert "if that is you, `stripsession link`" in action
    assert problem.detail == REASONS["LINK_SPENT"].detail


def test_a_service_that_was_asked_about_nobody_is_told_as_nobody_signed_in() -> None:
    """IDENTIFIER_MISSING is 401 with a challenge, in words about the caller and not about a service's request."""
    refusal = Refusal(grpc.StatusCode.INVALID_ARGUMENT, "IDENTIFIER_MISSING", "A person or a job must be named.")
    problem = problem_of(refusal)
    assert (problem.status, problem.reason, problem.facts) == (401, "UNAUTHENTICATED", {})
    assert "WWW-Authenticate" in problem.headers
    assert "job" not in str(problem.document("req_1"))


@pytest.mark.parametrize(
    ("text", "pattern", "taken"),
    [
        ("ada@example.org", r"^[^@]+@[^@]+$", True),
        ("ada", r"^[^@]+@[^@]+$", False),
        ("ada@example.org\n", r"^[^@\n]+@[^@\n]+$", False),
        ("two\nlines\tof text", PLAIN, True),
        ("a\x00b", PLAIN, False),
        ("a\x7fb", PLAIN, False),
        ("a\ud800b", r"^.*$", False),
    ],
)
def test_a_text_is_of_its_pattern(text: str, pattern: str, taken: bool) -> None:
    """What the document says of a text's pattern is held to, over the whole of it."""
    declared = Text("a", "A.", pattern=pattern, fault="must be otherwise")
    if taken:
        assert declared.read(text) == text
        return
    with pytest.raises(Refused) as raised:
        declared.read(text)
    problem = raised.value.problem
    assert (problem.status, problem.reason, problem.facts) == (422, "INVALID_FIELD", {"field": "a"})
    assert problem.detail in ("a must be otherwise.", "a must not hold control characters or broken Unicode.")


def test_a_text_may_be_refused_by_a_services_own_word() -> None:
    """Where a service has a word for the same fault, whoever shows it in words of its own meets that one."""
    with pytest.raises(Refused) as raised:
        Text("email", "E.", pattern="^.+@.+$", fault="must be an address", reason="INVALID_EMAIL").read("x")
    assert (raised.value.problem.reason, raised.value.problem.detail) == ("INVALID_EMAIL", "email must be an address.")


BODY = Body("Test", "T.", (Text("a", "A.", required=True, length_max=5), Text("b", "B.", options=("x", "y"))), {})
RICH = Body(
    "Rich",
    "R.",
    (
        Whole("whole", "W.", 1, 9),
        Texts("texts", "T.", Text("texts", "One.", length_min=1, length_max=3), 2),
        JsonObject("own", "O.", 20),
    ),
    {},
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-20, 20) | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.binary())
def test_any_bytes_are_a_body_or_refused(data: bytes) -> None:
    """Reading a body raises Refused and nothing else."""
    with contextlib.suppress(Refused):
        assert set(BODY.read(data)) <= {"a", "b"}


@given(st.dictionaries(st.sampled_from(["whole", "texts", "own"]), ANY_JSON))
def test_any_member_is_of_its_kind_or_refused(members: dict[str, object]) -> None:
    """What a body's members come to is what they are declared to be, whatever JSON was sent."""
    with contextlib.suppress(Refused):
        read = RICH.read(json.dumps(members).encode())
        assert 1 <= read.get("whole", 1) <= 9
        assert len(read.get("texts", [])) <= 2
        assert all(1 <= len(text) <= 3 for text in read.get("texts", []))
        assert json.loads(read.get("own", "{}")) == members.get("own") or "own" not in read


def test_a_whole_number_may_come_as_another() -> None:
    """3.0 is the whole number that JSON Schema takes it for, and a null is as good as absent."""
    assert RICH.read(b'{"whole": 3.0, "texts": null}') == {"whole": 3}
    with pytest.raises(Refused):
        RICH.read(b'{"whole": 3.5}')


@given(st.text())
def test_any_text_is_a_number_or_refused(text: str) -> None:
    """Reading a number raises Refused and nothing else."""
    with contextlib.suppress(Refused):
        assert 1 <= Number("limit", "L.", 1, 200, 50).read(text) <= 200


@given(st.sampled_from(sorted(PATTERNS)), st.text())
def test_an_identifier_is_plain_ascii(name: str, value: str) -> None:
    """What has the shape of an identifier holds nothing that a path, a header or a query could mistake."""
    if is_known_shape(name, value):
        assert value.isascii()
        assert value.replace("_", "").replace("-", "").isalnum()
