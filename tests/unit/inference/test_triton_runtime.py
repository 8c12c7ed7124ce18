from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stack import triton_runtime
from stack.triton_runtime import Leftovers, TritonPorts, TritonRuntime, TritonUnavailable


def test_a_machine_without_a_wheel_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where no wheel exists the reason is one line, and nothing is written."""
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    folder = tmp_path / "triton"
    with pytest.raises(TritonUnavailable, match="no wheel of Triton") as refused:
        triton_runtime.prepare(folder, tmp_path / "lock.txt", lambda _: None)
    assert "\n" not in str(refused.value)
    assert not folder.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="Triton's wheel is for Linux")
def test_a_failed_install_is_told_in_one_line_and_leaves_no_stamp(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """When pip refuses, its own reason is passed on in one line, and the next call tries again."""
    monkeypatch.setattr(triton_runtime, "_python_library", lambda: ())
    lock = tmp_path / "lock.txt"
    lock.write_text("./no-such-folder\n")
    folder = tmp_path / "triton"
    said: list[str] = []
    with pytest.raises(TritonUnavailable, match="installing Triton failed: ") as refused:
        triton_runtime.prepare(folder, lock, said.append)
    assert "\n" not in str(refused.value)
    assert len(said) == 1
    assert not (folder / "stamp").exists()
    assert not (folder / "venv").exists()


def test_the_server_listens_on_loopback_alone(tmp_path: Path) -> None:
    """Every address of the command line is loopback, and no variable of the caller's environment is passed on."""
    command = triton_runtime.serve_command(
        TritonRuntime(tmp_path / "venv", ()), tmp_path, [tmp_path], TritonPorts(1, 2, 3), "baseline"
    )
    addresses = [argument.split("=")[1] for argument in command.argv if "-address=" in argument]
    assert addresses == ["127.0.0.1"] * 3
    assert not {"PYTHONPATH", "USER", "SSH_AUTH_SOCK"} & set(command.env)


def test_a_fresh_instance_has_nothing_left_over(tmp_path: Path) -> None:
    """Clearing an instance that never ran finds nothing."""
    assert triton_runtime.clean_leftovers(tmp_path) == Leftovers(processes=0, regions=0)
