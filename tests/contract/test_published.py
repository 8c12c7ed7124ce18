"""A published version of the policy cannot be changed, nor taken away, by a branch that changes its digest too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lints.published import DIGESTS, changed, main

MAIN = '# Of main.\n"1" = "aa"\n"2" = "bb"\n'


def test_a_branch_may_add_a_version() -> None:
    """More lines, another order and other remarks are no change of what was published."""
    assert list(changed(MAIN, '"2" = "bb"\n"1" = "aa"\n# New.\n"3" = "cc"\n')) == []


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ('"1" = "aa"\n"2" = "cc"\n', "version 2 of the policy was published and is another now"),
        ('"2" = "bb"\n', "gone"),
    ],
)
def test_a_published_digest_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str], now: str, told: str) -> None:
    """Another digest of a version that main has, or none, fails with what to do."""
    (tmp_path / DIGESTS).parent.mkdir(parents=True)
    (tmp_path / DIGESTS).write_text(now)
    assert main(MAIN, tmp_path) == 1
    assert told in capsys.readouterr().out
