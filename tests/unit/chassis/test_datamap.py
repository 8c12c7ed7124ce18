"""A data map is read whole, or refused with what to do about each of its faults."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from chassis.datamap.classes import PERSONAL, DataClass
from chassis.datamap.comparing import compare
from chassis.datamap.document import SECTIONS, DataMap, DataMapInvalid, parse
from chassis.datamap.reading import dead_erasers, read_map

PLACE = PurePosixPath("services/notes/store/datamap.yaml")
TABLE = {"kept": "a day", "erased": "services/notes/app/forget.py:forget", "columns": {"note_id": "pseudonymous"}}


def faults_of(document: object) -> list[str]:
    with pytest.raises(DataMapInvalid) as refused:
        parse(document, PLACE)
    return [line.removeprefix(f"{PLACE}: ") for line in str(refused.value).splitlines()]


def test_a_part_takes_what_its_group_says_unless_it_says_otherwise() -> None:
    """Life and eraser are a group's, and a column may have its own."""
    columns = {"note_id": "pseudonymous", "text": {"class": "account", "kept": "an hour"}}
    notes = parse({"owner": "notes", "tables": {"notes": {**TABLE, "columns": columns}}}, PLACE).of("tables")
    assert {name: (entry.data_class, entry.kept) for name, entry in notes.items()} == {
        "notes.note_id": (DataClass.PSEUDONYMOUS, "a day"),
        "notes.text": (DataClass.ACCOUNT, "an hour"),
    }
    assert notes["notes.text"].erased == ("services/notes/app/forget.py:forget",)


def test_a_section_may_say_it_for_all_its_groups() -> None:
    """`each` gives the groups of a section the life and eraser that they do not have of their own."""
    told = {"each": {"kept": "a day", "erased": "never"}, "notes.v1.Made": {"fields": {"note_id": "pseudonymous"}}}
    (entry,) = parse({"owner": "notes", "messages": told}, PLACE).entries
    assert (entry.name, entry.kept, entry.erased) == ("notes.v1.Made.note_id", "a day", ("never",))


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (None, "has no owner: begin it with `owner: NAME`"),
        ({"owner": "notes", "tabels": {}}, f"tabels is no section: use one of {', '.join(SECTIONS)}"),
        ({"owner": "notes", "tables": []}, "tables holds no groups"),
        ({"owner": "notes", "objects": {"notes/": "audio"}}, "objects.notes/ must say class, kept and erased"),
        ({"owner": "notes", "tables": {"notes": {**TABLE, "columns": None}}}, "tables.notes names no columns"),
        (
            {"owner": "notes", "tables": {"notes": {**TABLE, "columns": {"text": "secrets"}}}},
            f"column notes.text has the class secrets: use one of {', '.join(DataClass)}",
        ),
        (
            {"owner": "notes", "tables": {"notes": {**TABLE, "kept": ""}}},
            "column notes.note_id does not say how long it is kept: give `kept`",
        ),
        (
            {"owner": "notes", "tables": {"notes": {**TABLE, "erased": []}}},
            "column notes.note_id does not say what removes it: give `erased`, a file and a name in it",
        ),
        (
            {"owner": "notes", "tables": {"notes": {**TABLE, "keept": "a day"}}},
            "tables.notes says keept, which means nothing here: columns, erased, how, kept do",
        ),
    ],
)
def test_a_fault_says_what_to_do(document: object, fault: str) -> None:
    """Whatever is wrong with a map is told with its remedy."""
    assert faults_of(document) == [fault]


@pytest.mark.parametrize("data_class", sorted(DataClass))
def test_nothing_personal_is_kept_for_ever(data_class: DataClass) -> None:
    """What says something of a person may not be said to stay; what says nothing of anybody may."""
    document = {"owner": "notes", "objects": {"notes/": {"class": data_class, "kept": "always", "erased": "never"}}}
    if data_class in PERSONAL:
        told = f"object prefix notes/ is {data_class} and is never erased: name the code that removes it"
        assert faults_of(document) == [told]
    else:
        assert parse(document, PLACE).entries[0].erased == ("never",)


def test_every_fault_is_told_at_once() -> None:
    """Whoever mends a map sees all of it."""
    assert len(faults_of({"owner": "notes", "tables": {"a": {}, "b": {"columns": {"c": "x"}}}, "d": {}})) == 3


def test_a_map_and_the_living_thing_are_compared_both_ways() -> None:
    """What is there and not mapped, mapped and not there, and mapped by two, are each told."""
    notes = parse({"owner": "notes", "tables": {"notes": TABLE}}, PLACE)
    other = DataMap("others", PurePosixPath("others/datamap.yaml"), notes.entries)
    assert compare("tables", ["notes.note_id"], notes, where=PLACE) == []
    assert compare("tables", ["notes.text"], notes, other, where=PLACE) == [
        f"column notes.note_id is mapped and is no longer there: take it out of {other.path}",
        f"column notes.note_id is mapped twice: take it out of {other.path} or {PLACE}",
        f"column notes.text is not mapped: add it to {PLACE} with class, kept, erased",
    ]


@pytest.mark.parametrize(
    ("name", "text", "eraser"),
    [
        ("a.py", "async def forget() -> None: ...\n", "forget"),
        ("a.py", "class Notes:\n    def forget(self) -> None: ...\n", "Notes.forget"),
        ("a.py", "LIFE_S: int = 60\n", "LIFE_S"),
        ("a.ts", "export function forget(): void {}\n", "forget"),
        ("a.ts", "class A {\n  async forgetAll(): Promise<void> {}\n}\n", "forgetAll"),
        ("a.ts", "class A {\n  static forget(\n    id: string,\n  ): void {\n  }\n}\n", "forget"),
    ],
)
def test_an_eraser_is_looked_for_where_it_is_said_to_be(tmp_path: Path, name: str, text: str, eraser: str) -> None:
    """An eraser counts only when its file defines that name."""
    (tmp_path / name).write_text(text)
    (tmp_path / "datamap.yaml").write_text(
        f"owner: notes\nobjects:\n  a/: {{class: audio, kept: a day, erased: '{name}:{eraser}'}}\n"
        f"  b/: {{class: audio, kept: a day, erased: '{name}:{eraser}s'}}\n"
    )
    (fault,) = dead_erasers(tmp_path, read_map(tmp_path, "").entries)
    assert fault.startswith(f"datamap.yaml: {name}:{eraser}s removes b/, and is nowhere")


@pytest.mark.parametrize(
    "text",
    [
        "function f() {\n  forget();\n}\n",
        "function f() {\n  forget(\n    one,\n  );\n  if (one) {\n  }\n}\n",
        "function f() {\n  forget(() => {\n  });\n}\n",
        "function f() {\n  forget({\n    one,\n  });\n}\n",
        "function f() {\n  forget(one, function () {\n  });\n}\n",
        'import { forget } from "$/notes";\n',
        "class A {\n  fortet() {\n  }\n}\n",
    ],
)
def test_an_eraser_that_is_only_called_is_nowhere(tmp_path: Path, text: str) -> None:
    """Code that moved, and is called from where it was, is not what removes: the map must follow it."""
    (tmp_path / "a.ts").write_text(text)
    (tmp_path / "datamap.yaml").write_text(
        "owner: notes\nobjects:\n  a/: {class: audio, kept: a day, erased: ['a.ts:forget', 'a.ts:for.et']}\n"
    )
    assert len(list(dead_erasers(tmp_path, read_map(tmp_path, "").entries))) == 2


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """What one place of a map says is never lost because another has its name."""
    (tmp_path / "datamap.yaml").write_text(
        "owner: notes\ntables:\n  notes:\n    kept: a day\n    erased: never\n"
        "    columns: {text: account}\n  notes:\n    kept: a day\n    erased: never\n"
        "    columns:\n      note_id: operational\n      note_id: pseudonymous\n"
    )
    with pytest.raises(DataMapInvalid) as refused:
        read_map(tmp_path, "")
    assert str(refused.value).splitlines() == [
        "datamap.yaml: notes stands twice, the second time in line 7: leave one",
        "datamap.yaml: note_id stands twice, the second time in line 12: leave one",
    ]


def test_what_is_no_yaml_is_refused(tmp_path: Path) -> None:
    """A map that is not even YAML is refused by the name of its file."""
    (tmp_path / "datamap.yaml").write_text("owner: [")
    with pytest.raises(DataMapInvalid, match=r"^datamap\.yaml: "):
        read_map(tmp_path, "")
