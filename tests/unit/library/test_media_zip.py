"""Zips of downloads."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.library.media.assembly import Producer, RunReport, SegmentRef, SegmentRun
from services.library.media.formats import stem_assembly
from services.library.media.segments import StreamShape
from services.library.media.zip import StoredZip, ZipMember
from tests.unit.library.stems import BLOCK, collect, make_stem, music

_SHAPE = StreamShape(44_100, 1, 16)
_STEMS = [make_stem(music(BLOCK * 3 + 5, _SHAPE, seed), _SHAPE, 2) for seed in range(3)]
_WHEN = datetime(2026, 3, 29, 1, 30, 45, tzinfo=timezone(timedelta(hours=2)))


def _members(crcs: tuple[int | None, ...] = (None, None, None)) -> list[ZipMember]:
    return [
        ZipMember(f"Tïtle 🎵 - {number}.{name}", stem_assembly(name, number, _STEMS[number].plan), _WHEN, crcs[number])
        for number, name in enumerate(("flac", "wav", "mp3"))
    ]


def test_a_zip_holds_its_members_exactly() -> None:
    """Python's reader checks every CRC and finds names, times and the very bytes of each member."""
    zipped = StoredZip(_members())
    file = collect(zipped, _STEMS)
    assert len(file) == zipped.total_bytes
    with zipfile.ZipFile(io.BytesIO(file)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == zipped.names == [member.name for member in _members()]
        for member in _members():
            assert opened.read(member.name) == collect(member.assembly, _STEMS)
            info = opened.getinfo(member.name)
            assert info.date_time == (2026, 3, 28, 23, 30, 44)
            assert info.compress_type == zipfile.ZIP_STORED
    assert collect(StoredZip(_members()), _STEMS) == file


@settings(max_examples=40, deadline=None)
@given(data=st.data(), known=st.booleans())
def test_a_range_is_that_part_of_the_whole(data: st.DataObject, known: bool) -> None:
    """Any range equals the slice of the whole, whether or not the members' CRCs are known."""
    zipped = StoredZip(_members())
    run = zipped.run(0, zipped.total_bytes)
    refs = zipped.segments_for(0, zipped.total_bytes)
    whole = b"".join([run.feed(_STEMS[ref.source].segments[ref.segment]) for ref in refs]) + run.finish()
    crcs = tuple(run.report.crc32_by_member[name] for name in zipped.names)
    assembly = StoredZip(_members(crcs)) if known else zipped
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    assert collect(assembly, _STEMS, start, stop) == whole[start:stop]
    if known:
        assert assembly.segments_for(len(whole) - 1, len(whole)) == []


def test_names_stay_inside_and_apart() -> None:
    """No name leaves the folder it is unpacked in, and no two fall together where case is ignored."""
    names = ["../../etc/passwd", "/abs.wav", "C:\\x.wav", "A.wav", "a.wav", "a.wav", "nul", "..", ""]
    members = [ZipMember(name, _Nothing(3), _WHEN) for name in names]
    zipped = StoredZip(members)
    assert len({name.casefold() for name in zipped.names}) == len(names)
    for name in zipped.names:
        assert not set(name) & set("/\\:")
        assert name.strip(" .") == name


class _Nothing:
    """A member of zeros that needs no segments."""

    def __init__(self, total_bytes: int) -> None:
        self.total_bytes = total_bytes

    def segments_for(self, start: int, stop: int) -> list[SegmentRef]:
        del start, stop
        return []

    def run(self, start: int, stop: int) -> SegmentRun:
        return SegmentRun(lambda report: self._produce(report, stop - start))

    def _produce(self, report: RunReport, length: int) -> Producer:
        del report
        for _ in ():
            yield b""
        return bytes(length)


def test_past_four_gibibytes_the_zip_is_zip64(tmp_path: Path) -> None:
    """A member past 4 GiB, and one that begins there, are found in a sparse file of which only the edges are made."""
    huge = (1 << 32) + 12_345
    members = [ZipMember("huge.wav", _Nothing(huge), _WHEN, 0), ZipMember("next.wav", _Nothing(7), _WHEN)]
    zipped = StoredZip(members)
    path = tmp_path / "sparse.zip"
    with path.open("wb") as file:
        file.write(zipped.run(0, 1000).finish())
        file.seek(huge - 1000)
        file.write(zipped.run(huge - 1000, zipped.total_bytes).finish())
    assert path.stat().st_size == zipped.total_bytes
    with zipfile.ZipFile(path) as opened:
        assert opened.getinfo("huge.wav").file_size == huge
        assert opened.read("next.wav") == bytes(7)
        with opened.open("huge.wav") as member:
            assert member.read(10) == bytes(10)


def test_many_members_need_zip64_too() -> None:
    """More members than 16 bits can count are all listed."""
    zipped = StoredZip([ZipMember(f"{number}.wav", _Nothing(0), _WHEN, 0) for number in range(65_540)])
    with zipfile.ZipFile(io.BytesIO(zipped.run(0, zipped.total_bytes).finish())) as opened:
        assert len(opened.namelist()) == 65_540


def test_times_are_clamped_to_what_zip_holds() -> None:
    """A time before 1980 is 1980, and one without a zone is refused."""
    zipped = StoredZip([ZipMember("a.wav", _Nothing(1), datetime(1970, 1, 1, tzinfo=UTC))])
    with zipfile.ZipFile(io.BytesIO(zipped.run(0, zipped.total_bytes).finish())) as opened:
        assert opened.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)
    with pytest.raises(ValueError, match="zones"):
        StoredZip([ZipMember("a.wav", _Nothing(1), datetime(2026, 1, 1))])  # noqa: DTZ001 - the fault under test
