"""Ports of one installation."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack import ports
from stack.reach import USUAL_PORT

HERE = "127.0.0.1"


def test_ports_are_kept_from_run_to_run(tmp_path: Path) -> None:
    """A second run has the first one's ports, all different."""
    path = tmp_path / "run" / "ports.json"
    first = ports.choose(path, ["one", "two", "three"], {}, HERE)
    assert len(set(first.values())) == 3
    assert ports.choose(path, ["one", "two", "three"], {}, HERE) == first


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    """A port that was asked for and is taken ends the start with its number; one that was only kept is replaced."""
    path = tmp_path / "ports.json"
    with socket.socket() as other:
        other.bind((HERE, 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(ports.PortTaken, match=f"another program has the port {taken}; stop it, or .*--port"):
            ports.choose(path, ["gateway"], {"gateway": taken}, HERE)
        path.write_text(json.dumps({"nats": taken}))
        assert ports.choose(path, ["nats"], {}, HERE)["nats"] != taken


def test_a_host_that_is_not_ours_is_named(tmp_path: Path) -> None:
    """An address of another machine is told as such, not as a port in use."""
    with pytest.raises(ports.PortTaken, match=r"no address 192\.0\.2\.1 to listen on.*--listen"):
        ports.choose(tmp_path / "ports.json", ["gateway"], {}, "192.0.2.1")


def test_only_the_door_listens_where_people_come_in(tmp_path: Path) -> None:
    """Every other port is chosen among this machine's own, whatever address the door has."""
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        other.listen()
        taken = other.getsockname()[1]
        (tmp_path / "ports.json").write_text(json.dumps({"nats": taken}))
        chosen = ports.choose(tmp_path / "ports.json", ["nats"], {}, "::1")
        assert chosen["nats"] == taken
        with pytest.raises(ports.PortTaken, match=str(taken)):
            ports.choose(tmp_path / "ports.json", ["gateway"], {"gateway": taken}, "::1")


@given(damage=st.one_of(st.binary(max_size=40), st.sampled_from([b"", b"[]", b'{"one": "x"}', b'{"one": 99999}'])))
def test_a_damaged_memory_is_no_fault(tmp_path_factory: pytest.TempPathFactory, damage: bytes) -> None:
    """Whatever a killed run left in the file, the next one has ports."""
    path = tmp_path_factory.mktemp("ports") / "ports.json"
    path.write_bytes(damage)
    assert 0 < ports.choose(path, ["one"], {}, HERE)["one"] < 65536


def test_the_door_stays_where_it_once_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another program had the usual port once, the next runs take the same other one, whatever is free."""
    path = tmp_path / "ports.json"
    with socket.socket() as other:
        other.bind((HERE, 0))
        other.listen()
        usual = other.getsockname()[1]
        monkeypatch.setattr(ports, "PREFERRED", {ports.DOOR: usual})
        instead = ports.choose(path, [ports.DOOR], {}, HERE)[ports.DOOR]
    assert instead != usual
    assert ports.remembered(path, ports.DOOR) == instead
    assert ports.choose(path, [ports.DOOR], {}, HERE)[ports.DOOR] == instead
    # Whoever asks for the usual one goes back to it, and stays there.
    assert ports.choose(path, [ports.DOOR], {ports.DOOR: usual}, HERE)[ports.DOOR] == usual
    assert ports.choose(path, [ports.DOOR], {}, HERE)[ports.DOOR] == usual


def test_a_door_that_is_not_the_usual_one_is_told() -> None:
    """The console says why the address ends as it does, that it stays so, and how to have the usual one."""
    assert ports.door_told(0, USUAL_PORT) == ""
    assert ports.door_told(USUAL_PORT, USUAL_PORT) == ""
    first, again = ports.door_told(0, 50_123), ports.door_told(50_123, 50_123)
    assert "another program has the port 8080" in first
    assert "at the next starts, too" in first
    assert "as it did before" in again
    assert all("50123" in told and "--port 8080" in told for told in (first, again))
    moved = ports.door_told(50_123, 50_999)
    assert "another program has the port 50123" in moved
    assert "50999" in moved
    assert "sign in again" in moved
