"""The sandbox refuses, on the real kernel, what a taken-over decoder would try."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="seccomp and Landlock are Linux's")

ROOT = Path(__file__).resolve().parents[3]
ATTEMPTS = {
    "open_file": "open('/etc/passwd').read()",
    "list_folder": "os.listdir('/')",
    "write_file": "open('/tmp/left-behind', 'w')",
    "connect": "held.connect(('127.0.0.1', 9))",
    "socket": "socket.socket()",
    "unix_socket": "socket.socket(socket.AF_UNIX)",
    "fork": "os.fork()",
    "exec": "os.execv('/bin/true', ['true'])",
    "thread": "_thread.start_new_thread(print, ())",
    "kill_parent": "os.kill(os.getppid(), 0)",
    "executable_memory": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)",
    "memory": "bytearray(2 << 30)",
    "raise_limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))",
}
SCRIPT = """
import encodings.idna, json, mmap, os, resource, socket, sys, _thread
sys.path.append(sys.argv[1])
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import av, numpy
from services.separation.decoder.sandbox import enter_sandbox
held = socket.socket()
report = enter_sandbox(1 << 30, 60, int(sys.argv[3]), os.getppid())
outcome = {}
for name, attempt in json.loads(sys.argv[2]).items():
    try:
        eval(attempt)
        outcome[name] = "succeeded"
    except (OSError, MemoryError, RuntimeError, ValueError) as refusal:
        outcome[name] = type(refusal).__name__
print(json.dumps({"report": report, "outcome": outcome}))
"""


def attempt_all() -> dict[str, dict[str, str]]:
    """Run every attempt in one sandboxed process; its report and, for each attempt, the refusal's type."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, str(ROOT), json.dumps(ATTEMPTS), "8"],
        capture_output=True,
        timeout=60,
        check=True,
        env={},
        cwd="/",
    )
    found: dict[str, dict[str, str]] = json.loads(done.stdout)
    return found


def test_every_attempt_to_get_out_fails() -> None:
    """Files, sockets, processes, threads, executable memory and more memory are all refused."""
    outcome = attempt_all()["outcome"]
    assert set(outcome) == set(ATTEMPTS)
    assert "succeeded" not in outcome.values(), outcome
    # Refused by the filter, not merely unanswered: the socket was open before.
    assert outcome["connect"] == "PermissionError"


def test_the_report_is_true_of_the_filter() -> None:
    """seccomp and no_new_privs are in force on this kernel, and the report says so."""
    report = attempt_all()["report"]
    for measure in ("seccomp", "no_new_privs", "not_dumpable", "memory", "file_size"):
        assert report[measure] == "applied", report
    assert all(state == "applied" or state.startswith("unavailable: ") for state in report.values())
