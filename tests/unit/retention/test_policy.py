"""The policy that is published: whole, in every language, each promise with its check, and never changed unseen."""

from __future__ import annotations

import copy
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

PROMISES = (
    *("2.1", "2.2", "2.3", "2.4", "3", "4.1", "4.2", "4.3", "4.4", "4.5", "5", "6", "7", "8"),
    *("9.1", "9.2", "9.3", "9.4", "9.5", "10", "11", "12", "13", "14"),
)
"""Every clause that was ever promised, by its number."""
IN_FORCE = get_policy(read_policies(), 0)


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
    """Once there is a second version it is in force, the first is read as it was, and another is refused."""
    folder = tmp_path / "policy"
    shutil.copytree(FOLDER, folder)
    second = (folder / "versions" / "1.toml").read_text().replace("version = 1\n", "version = 2\n")
    (folder / "versions" / "2.toml").write_text(second)
    with pytest.raises(PolicyInvalid, match="the digest of a new one is"):
        read_policies(folder)
    with (folder / "digests.toml").open("a") as file:
        file.write(f'"2" = "{digest_of(tomllib.loads(second))}"\n')
    policies = read_policies(folder)
    assert [get_policy(policies, version).version for version in (0, 1, 2)] == [2, 1, 2]
    assert get_policy(policies, 1).digest == IN_FORCE.digest
    with pytest.raises(PolicyVersionNotFound):
        get_policy(policies, 3)


def test_a_version_cannot_vanish(tmp_path: Path) -> None:
    """A version that was published and whose file is gone is missed."""
    folder = tmp_path / "policy"
    shutil.copytree(FOLDER, folder)
    with (folder / "digests.toml").open("a") as file:
        file.write('"2" = "00"\n')
    with pytest.raises(PolicyInvalid, match=r"there are versions \[1\], and digests of \[1, 2\]"):
        read_policies(folder)
