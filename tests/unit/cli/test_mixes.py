"""What `--mix` takes, and what it becomes at the gateway."""

from __future__ import annotations

import argparse

import pytest

from cli import exits, separate
from cli.mixes import read_mix


@pytest.mark.parametrize(
    ("text", "query", "name"),
    [
        ("karaoke", {"preset": "karaoke"}, "karaoke"),
        ("acapella", {"preset": "acapella"}, "acapella"),
        ("drums", {"stems": "drums"}, "drums"),
        ("vocals=0,drums@0", {"stems": "vocals,drums"}, "vocals=0,drums@0"),
        ("vocals=-6,drums", {"stems": "vocals,drums", "gains": "-6,0"}, "vocals=-6,drums"),
        (
            " vocals=-6 , drums=0@-0.3",
            {"stems": "vocals,drums", "gains": "-6,0", "pans": "0,-0.3"},
            "vocals=-6,drums=0@-0.3",
        ),
        ("lead_vocals@1,no-vocals=+3.5", {"stems": "lead_vocals,no-vocals", "gains": "0,+3.5", "pans": "1,0"}, None),
    ],
)
def test_a_mix_is_read(text: str, query: dict[str, str], name: str | None) -> None:
    """A preset, or stems each with its gain and pan where these are given; the file is called as the mix is written."""
    mix = read_mix(text)
    assert mix.query == query
    assert mix.name == (name or text)
    assert ",".join(mix.stems) == query.get("stems", "")


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("", "such as vocals=-6,drums,bass=0@-0.3"),
        ("vocals,,drums", "'' is no part of a mix"),
        ("vocals=loud", "'vocals=loud' is no part of a mix"),
        ("vocals=nan", "'vocals=nan' is no part of a mix"),
        ("vocals@-0.3=6", "is no part of a mix"),
        ("../etc", "is no part of a mix"),
        ("vocals,drums,vocals=3", "vocals is named twice"),
        ("vocals=25", "vocals=25: a gain is from -60 to 24 dB"),
        ("vocals=-61", "leave a stem out to mute it"),
        ("drums@-1.01", "drums@-1.01: a pan is from -1 \\(left\\) to 1 \\(right\\)"),
    ],
)
def test_what_is_no_mix_is_refused(text: str, remedy: str) -> None:
    """The message names the part that is wrong, and how it is written."""
    with pytest.raises(argparse.ArgumentTypeError, match=remedy):
        read_mix(text)


def test_a_mix_too_long_for_a_name_has_a_short_one() -> None:
    """However many stems a mix has, its file can be written."""
    assert read_mix(",".join(f"stem{number}=-12.5@0.25" for number in range(16))).name == "mix"


def test_the_help_says_how_a_mix_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` shows the presets and an example, and a wrong mix is a usage error."""
    parser = argparse.ArgumentParser()
    separate.add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "vocals=-6,drums,bass=0@-0.3" in told
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["song.wav", "--mix", "vocals=loud"])
    assert ended.value.code == exits.USAGE
    assert "karaoke, instrumental, acapella, or stems" in capsys.readouterr().err
