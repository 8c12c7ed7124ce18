"""The words of refusals: those of the document are those of the code, each with one status."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from services.auth.api.statuses import STATUSES as AUTH
from services.billing.api.statuses import STATUSES as BILLING
from services.gateway.api.reasons import OF_SERVICES, OF_THE_DOOR, OTHER, REASONS, UNTOLD
from services.library.api.statuses import STATUSES as LIBRARY
from services.retention.api.statuses import STATUSES as RETENTION
from services.separation.api.statuses import STATUSES as SEPARATION
from services.separation.clients.decoder_reports import REASON_TEXTS
from tests.contract.openapi_document import document, operations, reasons
from tests.paths import REPOSITORY

GATEWAY = REPOSITORY / "services" / "gateway"
# Where a service refuses without a domain error, by RpcRefused.
SERVED_BY_CHASSIS = (
    *("chassis/rpc/interceptors.py", "chassis/rpc/export.py", "chassis/rpc/purge.py"),
    "services/library/api/library_servicer.py",
)


def refusals(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Word and status of each `refuse(status, word, ...)` and `Problem(status, word, ...)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"refuse", "Problem"}:
            match node.args[:2]:
                case [ast.Constant(value=int(status)), ast.Constant(value=str(word))]:
                    yield word, status


def of_the_gateway() -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()
    for path in GATEWAY.rglob("*.py"):
        found |= set(refusals(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def of_services() -> set[str]:
    """Every word of a service's table, of the decoder, and of what chassis says for them."""
    words = {word for table in (AUTH, BILLING, LIBRARY, RETENTION, SEPARATION) for _, word in table.values()}
    words |= {word.upper() for word, _ in REASON_TEXTS.values()}
    for name in SERVED_BY_CHASSIS:
        tree = ast.parse((REPOSITORY / name).read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in calls:
            if isinstance(call.func, ast.Name) and call.func.id == "Refusal" and isinstance(call.args[1], ast.Constant):
                words.add(str(call.args[1].value))
    return words


def test_what_the_gateway_says_is_in_the_document() -> None:
    """Each word that the gateway's code says comes with the document's one status for it, and no word is idle."""
    said = of_the_gateway()
    assert sorted((word, status) for word, status in said if REASONS[word].status != status) == []
    # What a service says as well, the gateway may say in its place.
    assert {word for word, _ in said} - set(OF_SERVICES) == set(OF_THE_DOOR)


def test_what_services_say_is_in_the_document() -> None:
    """Each word of a service is told with one status, or can be brought about by no request; a new word must choose."""
    # UNREACHABLE is what chassis reads of a broken connection; the gateway says BUSY and INTERNAL of itself, too.
    assert of_services() | {"UNREACHABLE"} == {*OF_SERVICES, *UNTOLD, "BUSY", "INTERNAL"}
    assert not set(OF_SERVICES) & set(UNTOLD)


def test_the_enumeration_holds_every_word() -> None:
    """A client that switches over ProblemReason has met every word, with OTHER for those of later versions."""
    assert document()["components"]["schemas"]["ProblemReason"]["enum"] == [*sorted(REASONS), OTHER]


def test_every_word_is_some_operations() -> None:
    """Each word is listed where it comes from, but two: one is of a method that is no operation, one comes too late."""
    listed: set[str] = set()
    for _, _, operation in operations():
        for status, words in reasons(operation).items():
            assert {REASONS[word].status for word in words} == {status}
            listed |= words
    assert set(REASONS) - listed == {"METHOD_NOT_ALLOWED", "DOWNLOAD_CHANGED"}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('raise refuse(404, "NOT_FOUND", "Nothing.")', [("NOT_FOUND", 404)]),
        ('x = Refused(Problem(422, "INVALID_FIELD", fault))', [("INVALID_FIELD", 422)]),
        ("y = Problem(status, reason, told)", []),
    ],
)
def test_a_refusal_in_code_is_seen(line: str, found: list[tuple[str, int]]) -> None:
    """What is read from the code is each refusal with a word of its own."""
    assert list(refusals(ast.parse(line))) == found
