"""Other programs are asked song by song."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench.rival import Rival

PATIENCE_S = 60.0
ECHO = """
import json, os, sys
print("a library's greeting")
print(json.dumps({"ready": os.environ["MARK"]}), flush=True)
for line in sys.stdin:
    print(json.dumps({"asked": json.loads(line)}), flush=True)
"""


def test_requests_are_answered_in_turn(tmp_path: Path) -> None:
    """A program says that it is ready, answers each request, and what else it prints does no harm."""
    with Rival([sys.executable, "-c", ECHO], tmp_path / "log", PATIENCE_S, {"MARK": "yes"}) as rival:
        assert rival.hello == {"ready": "yes"}
        assert rival.ask(song=Path("a.flac")) == {"asked": {"song": "a.flac"}}
        assert rival.ask(raw=True) == {"asked": {"raw": True}}


def test_no_limit_of_threads_is_handed_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of threads in our own environment does not slow the other side; one that is asked for holds."""
    program = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if 'NUM_THREADS' in k}))"
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    with Rival([sys.executable, "-c", program], tmp_path / "log", PATIENCE_S, {"MKL_NUM_THREADS": "2"}) as rival:
        assert rival.hello == {"MKL_NUM_THREADS": "2"}


def test_an_early_end_says_why(tmp_path: Path) -> None:
    """A program that ends before it answers raises what it complained of."""
    program = "import sys; print('{}', flush=True); sys.stdin.readline(); sys.exit('out of tune')"
    with (
        Rival([sys.executable, "-c", program], tmp_path / "log", PATIENCE_S) as rival,
        pytest.raises(RuntimeError, match="out of tune"),
    ):
        rival.ask(song="a")


@pytest.mark.timeout(45)
@pytest.mark.parametrize(
    "program",
    [
        "import threading; threading.Event().wait()",
        "print('{}', flush=True); import threading; threading.Event().wait()",
        "while True: print('a library that chatters', flush=True)",
    ],
    ids=["silent", "silent when asked", "no answer among its lines"],
)
def test_a_program_that_hangs_is_killed(tmp_path: Path, program: str) -> None:
    """A program that gives no answer, whether it is silent or chatters, is killed after its time, and that is said."""
    with (
        pytest.raises(RuntimeError, match=r"no answer within 0\.5 s, so it was killed"),
        Rival([sys.executable, "-c", program], tmp_path / "log", patience_s=0.5) as rival,
    ):
        rival.ask(song="a")
