"""Every field that code can write into a log is mapped by its owner."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from chassis.datamap.comparing import compare
from chassis.datamap.document import DataMap
from tests.integration.datamap.log_fields import Unreadable, fields_in, fields_of
from tests.integration.datamap.maps import PLACES, ROOT, map_of, where

FOLDERS = {owner: "services/" + owner for owner in PLACES if owner not in {"chassis", "stack", "web"}} | {
    "chassis": "chassis",
    "stack": "stack",
}
TELLER = """
def say(text, **fields):
    _log.info(text, extra={"fields": {"job_id": 1, **fields}})


def f():
    say("x", part=1)
"""
SILENT = ("cli", "inference/door")
"""These write no log."""


def faults_in(owner: str, folder: Path) -> list[str]:
    known = map_of(owner)
    living = [f"{owner}.{field}" for field in fields_of(folder)]
    ours = tuple(entry for entry in known.entries if entry.section == "logs")
    return compare("logs", living, DataMap(owner, known.path, ours), where=where(owner))


@pytest.mark.parametrize("owner", FOLDERS)
def test_every_field_is_mapped(owner: str) -> None:
    """What the code of an owner logs is what its data map says, and nothing else."""
    assert faults_in(owner, ROOT / FOLDERS[owner]) == []


@pytest.mark.parametrize("folder", SILENT)
def test_who_logs_nothing_needs_no_map(folder: str) -> None:
    """What runs beside the services, and has no map for it, logs nothing."""
    assert fields_of(ROOT / folder) == {}


def test_no_field_says_something_of_a_person() -> None:
    """Logs hold identifiers, numbers and words of the code, but for the provider that a person signs in by."""
    entries = [entry for owner in FOLDERS for entry in map_of(owner).of("logs").values()]
    personal = {entry.name for entry in entries if entry.data_class not in {"pseudonymous", "operational"}}
    assert personal == {"auth.provider"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('logs.event(_log, logging.INFO, "x", user_id=1, count=2)', ["user_id", "count"]),
        ('_log.info("x", extra={"fields": {"job_id": 1}})', ["job_id"]),
        (
            'def f(j):\n    fields = {"job_id": j, "part": 1}\n    _log.info("x", extra={"fields": fields})',
            ["job_id", "part"],
        ),
        ('_log.warning("x: %s", job.job_id, exc_info=True)', ["job_id", "error"]),
        ('_log.exception("x: %s of %s", owner_id, at(1).where())', ["owner_id", "where", "error"]),
        ('logging.getLogger(__name__).critical("x", exc_info=True)', ["error"]),
        (TELLER, ["job_id", "part"]),
        ('telling.info("x")', []),
    ],
)
def test_fields_are_read_from_calls(text: str, named: list[str]) -> None:
    """However the house logs, each value's name is found."""
    assert [name for name, _ in fields_in(text, "x.py")] == named


@pytest.mark.parametrize(
    "text",
    [
        "logs.event(_log, logging.INFO, f'mail to {email}')",
        "logs.event(_log, logging.INFO, 'x', **proofs)",
        "_log.info('x' + email)",
        "_log.info('x: %s', 'a' + email)",
        "_log.info('x', extra={'email': email})",
        "_log.info('x', extra={'fields': read()})",
        "telling = logging.getLogger(__name__)",
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    """A value that is logged without a name of its own fails, wherever it hides."""
    with pytest.raises(Unreadable, match=r"x\.py:1: "):
        list(fields_in(text, "x.py"))


def test_a_new_field_fails_until_it_is_mapped(tmp_path: Path) -> None:
    """A field that nobody mapped is told with its remedy, and so is one that nothing logs any more."""
    source = (ROOT / "services/library/events/consumers.py").read_text()
    (tmp_path / "consumers.py").write_text(source + '\nlogs.event(_log, logging.INFO, "x", title="planted")\n')
    ast.parse(source)
    assert faults_in("library", tmp_path) == [
        "log field library.error is mapped and is no longer there: take it out of services/library/store/datamap.yaml",
        "log field library.title is not mapped: add it to services/library/store/datamap.yaml with class, kept, erased",
    ]
