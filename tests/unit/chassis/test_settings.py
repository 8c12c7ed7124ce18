"""Environment variables become settings, or one complete complaint."""

from __future__ import annotations

import dataclasses
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.settings import PREFIX, LogLevel, SettingsInvalid, load, unknown


@dataclasses.dataclass(frozen=True, kw_only=True)
class Things:
    name: str
    count: int
    share: float = 0.5
    loud: bool = False
    folder: Path = Path("/nowhere")
    parts: tuple[str, ...] = ()
    sizes: tuple[int, ...] = (1,)
    limit: int | None = 3
    log_level: LogLevel = "info"

    def __post_init__(self) -> None:
        if self.share > 1:
            raise ValueError("a share is at most 1")


def _environment(**values: str) -> dict[str, str]:
    return {PREFIX + name.upper(): value for name, value in values.items()}


def test_every_type_is_read() -> None:
    """Text, numbers, truth, paths, lists, choices and what may be absent are read."""
    read = load(
        Things,
        _environment(
            name="a",
            count="-3",
            share="0.25",
            loud="Yes",
            folder="/tmp/x",
            parts="a, b,,c",
            sizes="1,2",
            limit="",
            log_level="DEBUG",
        ),
    )
    assert read == Things(
        name="a",
        count=-3,
        share=0.25,
        loud=True,
        folder=Path("/tmp/x"),
        parts=("a", "b", "c"),
        sizes=(1, 2),
        limit=None,
        log_level="debug",
    )


def test_defaults_hold() -> None:
    """What is not given keeps its default."""
    assert load(Things, _environment(name="a", count="1")) == Things(name="a", count=1)


def test_all_faults_are_named_at_once() -> None:
    """Everything missing and malformed is in one message."""
    with pytest.raises(SettingsInvalid) as caught:
        load(Things, _environment(name="", share="nan", loud="perhaps", folder="", sizes="1,x", log_level="loud"))
    text = str(caught.value)
    for name in ("NAME is missing", "COUNT is missing", "SHARE is", "LOUD is", "FOLDER is", "SIZES is", "LOG_LEVEL is"):
        assert PREFIX + name in text


def test_what_the_settings_refuse_is_a_fault() -> None:
    """A rule of the dataclass itself speaks in the same way."""
    with pytest.raises(SettingsInvalid, match="at most 1"):
        load(Things, _environment(name="a", count="1", share="2"))


def test_unknown_names_come_with_the_nearest() -> None:
    """A mistyped name is pointed at, a strange one is listed, and foreign variables are none of ours."""
    names = unknown(Things, {**_environment(counts="1", zzzz="2", name="a"), "PATH": "/bin"})
    assert names == [f"{PREFIX}COUNTS (did you mean {PREFIX}COUNT?)", f"{PREFIX}ZZZZ"]


@given(
    name=st.text(string.printable, min_size=1),
    count=st.integers(),
    share=st.floats(max_value=1, allow_nan=False, allow_infinity=False),
    loud=st.booleans(),
    parts=st.lists(st.text(string.ascii_letters, min_size=1)).map(tuple),
    limit=st.none() | st.integers(),
)
def test_written_settings_are_read_back(
    name: str, count: int, share: float, loud: bool, parts: tuple[str, ...], limit: int | None
) -> None:
    """Settings written as text are read as they were."""
    things = Things(name=name, count=count, share=share, loud=loud, parts=parts, limit=limit)
    text = {
        "name": name,
        "count": str(count),
        "share": repr(share),
        "loud": str(loud),
        "parts": ",".join(parts),
        "limit": "" if limit is None else str(limit),
    }
    assert load(Things, _environment(**text)) == things
