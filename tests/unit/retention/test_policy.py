"""The policy that is published: whole, in every language, each promise with its check, and never changed unseen."""

from __future__ import annotations

import copy
import datetime
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from chassis.datamap.classes import PERSONAL, DataClass
from services.retention.app.get_policy import get_policy
from services.retention.domain.checks import CHECKS
from services.retention.domain.errors import PolicyVersionNotFound
from services.retention.domain.policy import PolicyInvalid, digest_of, read_policy
from services.retention.store.policy_files import FOLDER, read_policies
from tests.unit.retention.publishing import NEWEST, NEXT, announced

PROMISES = (
    *("2.1", "2.2", "2.3", "2.4", "3", "4.1", "4.2", "4.3", "4.4", "4.5", "5", "6", "7", "8"),
    *("9.1", "9.2", "9.3", "9.4", "9.5", "10", "11", "12", "13", "14"),
)
"""Every clause that was ever promised, by its number."""
TODAY = datetime.date(2030, 1, 1)
IN_FORCE = get_policy(read_policies(), 0, TODAY)


def document() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "versions" / f"{IN_FORCE.version}.toml").read_text())


def faults_of(changed: dict[str, Any]) -> list[str]:
    with pytest.raises(PolicyInvalid) as refused:
        read_policy(changed, set(DataClass), CHECKS)
    return str(refused.value).splitlines()


def test_every_promise_is_a_clause() -> None:
    """The policy in force has every promise, in its order, and no other."""
    assert tuple(clause.clause_id for clause in IN_FORCE.clauses) == PROMISES


def test_every_check_is_of_a_clause() -> None:
    """No check is left over from a clause that is gone."""
    assert {clause.check for clause in IN_FORCE.clauses} == CHECKS.keys()


def test_everything_personal_is_promised_about() -> None:
    """Each class of the data map that says something of a person is in some clause about what is held."""
    about = {name for clause in IN_FORCE.clauses for name in clause.data}
    assert about >= {str(data_class) for data_class in PERSONAL}


def test_each_section_has_its_clauses() -> None:
    """No section is empty, and no clause would be left out of the page."""
    numbers = [clause.clause_id.partition(".")[0] for clause in IN_FORCE.clauses]
    assert [section.section_id for section in IN_FORCE.sections] == list(dict.fromkeys(numbers))


def test_a_clause_without_its_check_is_not_published() -> None:
    """A clause that names no check, or one that does not exist, fails."""
    changed = document()
    changed["clauses"][0]["check"] = "we_try_hard"
    del changed["clauses"][1]["check"]
    assert faults_of(changed) == [
        "clause 2.1 is proved by we_try_hard, which is no check: name one of domain/checks.py",
        "clause 2.2 must say basis, check, data, deadline, evidence, id, parties, text, title, and nothing else",
    ]


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("id", "99", "clause 99 stands under no section"),
        ("id", "2.2", "clause 2.2 is there twice"),
        ("data", ["shoe_sizes"], "clause 2.1 names shoe_sizes, which is no label of data"),
        ("data", [], "clause 2.1 is about no data"),
        ("deadline", "some_day", "clause 2.1 names some_day, which is no label of deadline"),
        ("basis", "profit", "clause 2.1 names profit, which is no label of basis"),
        ("parties", ["friends"], "clause 2.1 names friends, which is no label of parties"),
        ("evidence", "", "clause 2.1 does not say what evidence its check leaves"),
        ("text", {"en": "We hold it."}, "the text of clause 2.1 is not said in de"),
    ],
)
def test_a_fault_is_told(field: str, value: object, fault: str) -> None:
    """Whatever a clause lacks is told by its number."""
    changed = document()
    changed["clauses"][0][field] = value
    assert faults_of(changed) == [fault]


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        ({"coming": None}, "labels.frame lacks coming, which is shown around clauses"),
        ({"footer": {"en": "a", "de": "b"}}, "labels.frame has footer, which is shown nowhere"),
        ({"home": {"en": "a"}}, "the label frame.home is not said in de"),
    ],
)
def test_the_words_around_clauses_are_those_that_are_shown(frame: dict[str, Any], fault: str) -> None:
    """A word that every reader would miss, one that none would see, and one in one language, are refused."""
    changed = document()
    words = {**changed["labels"]["frame"], **frame}
    changed["labels"]["frame"] = {name: said for name, said in words.items() if said is not None}
    assert faults_of(changed) == [fault]


def test_a_policy_without_words_around_clauses_is_refused() -> None:
    """Where no word around the clauses is there, each is told, before anybody asks for the policy."""
    changed = document()
    del changed["labels"]["frame"]
    assert len(faults_of(changed)) == 9


def test_an_unknown_kind_of_label_is_refused() -> None:
    """A kind of label that nothing shows is told by its name, whatever it says."""
    changed = document()
    changed["labels"]["footers"] = {"one": {"en": "a"}}
    assert faults_of(changed) == ["labels.footers is no kind of label: frame, data, deadline, basis, parties are"]


@pytest.mark.parametrize("changes", [{}, {"en": "Nothing but a comma."}])
def test_a_version_says_what_is_new_in_it(changes: dict[str, str]) -> None:
    """Whoever accepted the one before is asked by these words: without them in each language there is no version."""
    changed = document()
    changed["changes"] = changes
    missing = [language for language in ("en", "de") if language not in changes]
    assert faults_of(changed) == [f"what is new in the policy is not said in {language}" for language in missing]
    del changed["changes"]
    assert len(faults_of(changed)) == 2
    assert IN_FORCE.changes.keys() == {"en", "de"}


@pytest.mark.parametrize("date", ["2030-01-01", datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)])
def test_a_version_begins_on_a_day(date: object) -> None:
    """What is no day, or is a moment, is no date of a version."""
    changed = document()
    changed["date"] = date
    assert faults_of(changed) == ["the policy's date is no date"]


def test_classes_are_those_of_the_data_map() -> None:
    """A class that the data map does not know cannot be promised about."""
    changed = document()
    changed["labels"]["data"]["shoe_sizes"] = {"en": "shoe sizes", "de": "Schuhgrößen"}
    assert faults_of(changed) == ["shoe_sizes is no class of the data map"]


def test_a_changed_text_needs_a_new_version(tmp_path: Path) -> None:
    """A published version whose text is not what it was is refused; one word, of a label too, is enough."""
    folder = tmp_path / "policy"
    shutil.copytree(FOLDER, folder)
    text = (folder / "versions" / "1.toml").read_text()
    for before, after in (("at most 24 hours after", "some days after"), ('en = "7 years"', 'en = "8 years"')):
        assert text.count(before) == 1
        (folder / "versions" / "1.toml").write_text(text.replace(before, after))
        with pytest.raises(PolicyInvalid, match="a published text is never changed, it gets a new version"):
            read_policies(folder)


def test_how_it_is_proved_may_change_without_a_new_version() -> None:
    """Nobody reads a check's name in the policy: another one leaves the version as it is."""
    changed = copy.deepcopy(document())
    changed["clauses"][0]["check"] = "audio_data_is_mapped"
    changed["clauses"][0]["evidence"] = "something better"
    assert digest_of(changed) == IN_FORCE.digest


def test_versions_stay_readable(tmp_path: Path) -> None:
    """Once there is another version each earlier one is read as it was, and one that never was is refused."""
    policies = read_policies(announced(tmp_path, TODAY))
    assert [get_policy(policies, version, TODAY).version for version in (0, 1, NEWEST, NEXT)] == [NEXT, 1, NEWEST, NEXT]
    assert get_policy(policies, NEWEST, TODAY).digest == IN_FORCE.digest
    with pytest.raises(PolicyVersionNotFound):
        get_policy(policies, NEXT + 1, TODAY)


def test_a_version_is_in_force_from_its_day_on(tmp_path: Path) -> None:
    """One that is announced replaces nothing before its day; before the first one's day it is the first."""
    day = datetime.timedelta(days=1)
    policies = read_policies(announced(tmp_path, TODAY))
    in_force = [get_policy(policies, 0, today).version for today in (TODAY - day, TODAY, TODAY + day)]
    assert in_force == [NEWEST, NEXT, NEXT]
    assert get_policy(policies, NEXT, TODAY - day).version == NEXT
    assert get_policy(policies, 0, datetime.date(2020, 1, 1)).version == 1


def test_versions_follow_each_other(tmp_path: Path) -> None:
    """A version that is dated before the one that it follows is refused: it would be in force before it."""
    with pytest.raises(PolicyInvalid, match=f"version {NEXT} is dated before version {NEWEST}, which it follows"):
        read_policies(announced(tmp_path, datetime.date(2026, 11, 30)))


def test_a_new_version_needs_its_digest(tmp_path: Path) -> None:
    """A version is published with the digest that its refusal names."""
    folder = announced(tmp_path, TODAY)
    shutil.copy(FOLDER / "digests.toml", folder / "digests.toml")
    with pytest.raises(PolicyInvalid, match="the digest of a new one is"):
        read_policies(folder)


def test_a_version_cannot_vanish(tmp_path: Path) -> None:
    """A version that was published and whose file is gone is missed."""
    folder = tmp_path / "policy"
    shutil.copytree(FOLDER, folder)
    with (folder / "digests.toml").open("a") as file:
        file.write(f'"{NEXT}" = "00"\n')
    with pytest.raises(PolicyInvalid, match=rf"there are versions \[1, .*{NEWEST}\], and digests of \[1, .*{NEXT}\]"):
        read_policies(folder)
