"""Names within an archive, what its index says, and how long an export may be read."""

from __future__ import annotations

import dataclasses
import datetime
import html.parser
import json
import ntpath
import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.retention.domain.census import KindWords
from services.retention.domain.errors import ExportEnded, ExportExpired, ExportNotReady, PartNameUnsafe
from services.retention.domain.export import OURS, Ending, Export, ExportState, Given, Part, archive_name
from services.retention.domain.export_index import (
    html_head,
    html_row,
    html_tail,
    json_head,
    json_row,
    json_tail,
)

NOW = datetime.datetime(2030, 5, 4, tzinfo=datetime.UTC)
EXPORT = Export("exp_1", "usr_1", NOW)
HOSTILE = "<script>alert('1')</script>\"&"
NAMES = st.one_of(
    st.text(max_size=80),
    st.text("abc/.\\:\0-_~%CON ", max_size=40),
    st.from_regex(r"\A(\.\./|[a-z]+/){0,4}[a-z.]{1,9}\.(flac|json)\Z"),
)


class Reader(html.parser.HTMLParser):
    """Notes which tags a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name == "src"]


HOLDERS = st.sampled_from(["library", "auth", OURS])


@given(HOLDERS | NAMES, NAMES)
def test_no_name_leads_out_of_its_holders_folder(holder: str, name: str) -> None:
    """Whatever a holder calls its part, it lies below the holder's own folder on every file system, or nowhere."""
    try:
        path = archive_name(holder, name)
    except PartNameUnsafe:
        return
    assert path.isascii()
    assert path == path.lower()
    for module in (posixpath, ntpath):
        assert module.normpath(path).replace("\\", "/") == path
        assert not module.isabs(path)
        assert module.splitdrive(path)[0] == ""
    assert ".." not in path.split("/")
    assert holder == OURS or path.split("/")[0].removeprefix("_") == holder


@given(st.from_regex(r"\A[a-z0-9][a-z0-9_-]{0,8}(/[a-z0-9][a-z0-9_-]{0,8}){0,2}\.flac\Z"))
def test_two_names_are_two_paths(name: str) -> None:
    """No name becomes another's path, also where a name that Windows keeps for a device is changed."""
    path = archive_name("library", name)
    words = path.removeprefix("library/").split("/")
    assert "/".join(word.removeprefix("_") for word in words) == name


@pytest.mark.parametrize("name", ["aux.flac", "stems/con/drums.flac", "com1/nul.flac"])
def test_devices_are_no_names(name: str) -> None:
    """What Windows would open as a device gets another name there, and everywhere."""
    assert "/_" in archive_name("library", name)


def test_an_index_holds_nothing_that_runs() -> None:
    """Every word of somebody else's is text in it: no tag but its own, no script, and nothing from elsewhere."""
    part = Part(2, "library", Given("tracks.json", HOSTILE, "application/json", HOSTILE), 12, 0xFF)
    words = {"library": {HOSTILE: KindWords({"en": HOSTILE, "de": HOSTILE}, {"en": HOSTILE, "de": HOSTILE})}}
    for known in (words, {}):
        page = html_head(EXPORT) + html_row(part, known) + html_tail()
        reader = Reader()
        reader.feed(page)
        assert "script" not in reader.tags
        assert HOSTILE not in page
        assert 'href="library/tracks.json"' in page


def test_an_index_for_programs_is_json_whatever_is_in_it() -> None:
    """Files one after the other, each with its path, what it is and its checksum; none is an empty list."""
    part = Part(2, "library", Given("tracks.json", HOSTILE, "application/json", HOSTILE), 12, 0xFF)
    rows = json_row(part, {}, is_first=True) + json_row(part, {}, is_first=False)
    index = json.loads(json_head(EXPORT) + rows + json_tail())
    assert [each["path"] for each in index["files"]] == ["library/tracks.json"] * 2
    assert (index["files"][0]["kind"], index["files"][0]["crc32"]) == (HOSTILE, "000000ff")
    assert json.loads(json_head(EXPORT) + json_tail())["files"] == []


def test_an_export_is_read_while_it_is_ready_and_no_longer() -> None:
    """Before, after its time, and once it ended it says what it is, whether or not anybody has cleared it away."""
    with pytest.raises(ExportNotReady):
        EXPORT.require_ready(NOW)
    ready = dataclasses.replace(EXPORT, state=ExportState.READY, expires_at=NOW + datetime.timedelta(days=7))
    ready.require_ready(NOW + datetime.timedelta(days=7, microseconds=-1))
    with pytest.raises(ExportExpired):
        ready.require_ready(NOW + datetime.timedelta(days=7))
    with pytest.raises(ExportEnded):
        dataclasses.replace(EXPORT, state=ExportState.ENDED, ending=Ending.DELETED).require_ready(NOW)
