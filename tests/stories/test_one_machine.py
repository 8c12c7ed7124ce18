"""Everything on one machine: started by one command, stopped by one key."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from stack.layout import SERVICES, WORKER
from tests.paths import BUNDLED_SONG
from tests.stories.house import House, Listener, until


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    """A house that a story may stop; one that fails leaves none to the next."""
    house = House(tmp_path / "data", "--engine", "in_process")
    yield house
    house.stop()


def _processes_of(data: Path) -> list[str]:
    """Command lines of all processes that mention the data folder or were started by its supervisor."""
    needle = str(data).encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            texts = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:
            continue
        if any(needle in text for text in texts):
            found.append(texts[0].replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


def test_interrupt_leaves_nothing_running(own_house: House) -> None:
    """Ctrl-C stops every process of the stack, and a second start over the same data finds its accounts again."""
    own_house.start()
    assert len(_processes_of(own_house.data)) > 6
    listener = Listener(own_house)
    email, password = listener.email, listener.password
    listener.http.close()
    assert own_house.stop() in (0, 130)
    assert _processes_of(own_house.data) == []
    own_house.start()
    try:
        again = Listener(own_house)
        answer = again.http.post("/v1/auth/login", json={"email": email, "password": password})
        again.http.close()
        assert answer.status_code == 200
    finally:
        own_house.stop()


def test_killed_supervisor_leaves_nothing_running(own_house: House) -> None:
    """When the supervisor itself is killed, its processes end, and the next start works."""
    own_house.start()
    state = own_house.state()
    assert state is not None
    os.kill(int(state["supervisor"]), signal.SIGKILL)
    until(lambda: not _processes_of(own_house.data), 40, "all processes to end")
    own_house.forget()
    own_house.start()
    assert own_house.stop() in (0, 130)


def test_awkward_folder_name_harms_nothing(tmp_path: Path) -> None:
    """A data folder with spaces, quotes, a dollar sign and umlauts in its path works, Triton's installation too."""
    house = House(tmp_path / "Müsik's $five" / "my data", "--engine", "triton", installs=True)
    house.data.mkdir(parents=True)
    house.start()
    try:
        done = house.command("separate", str(BUNDLED_SONG), "--out", str(tmp_path / "out put"))
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        house.stop()


def test_unwritable_folder_is_named(house: House, tmp_path: Path) -> None:
    """A data folder that cannot be made is one plain line and exit code 3, not a traceback."""
    (tmp_path / "file").write_text("not a folder")
    other = House(tmp_path / "file" / "data")
    done = other.command("up", "--once")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "--data" in done.stderr


def test_second_start_over_the_same_data_is_refused(house: House) -> None:
    """A second `stripsession up` over a folder in use says where the first one runs, and exits with 3."""
    done = house.command("up", "--once")
    assert done.returncode == 3
    assert house.url in done.stderr.replace("\n", "")


def test_doctor_finds_a_running_stack_well(house: House) -> None:
    """`stripsession doctor` finds nothing wrong with a running stack."""
    done = house.command("doctor")
    assert done.returncode == 0, done.stdout
    assert "running at" in done.stdout


def test_promises_are_audited_on_the_command_line(house: House) -> None:
    """An audit has every check run by the services themselves, and ends well only where all that it tells is kept."""
    done = house.command("privacy", "audit", "--run", "--json")
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    states = {promise["clause_id"]: promise["state"] for promise in told["promises"]}
    assert "kept" in states.values(), states
    proved = [promise["is_proved"] for promise in told["promises"]]
    assert (done.returncode == 0) == told["kept"] == all(proved)


def test_what_is_held_is_told_on_the_command_line(house: House) -> None:
    """Every service tells what it holds of this machine's own account, without a password, for people and programs."""
    done = house.command("privacy", "held", "--json")
    assert done.returncode == 0, done.stderr
    census = json.loads(done.stdout)
    assert census["away"] == []
    assert {("auth", "account"), ("auth", "email_address")} <= {
        (each["holder"], each["kind"]) for each in census["held"]
    }
    listed = house.command("privacy", "held")
    titles = [each["title"]["en"] for each in census["held"] if each["holder"] == "auth"]
    assert listed.returncode == 0, listed.stderr
    assert [title for title in titles if title not in listed.stdout] == []


def test_logs_of_a_normal_run_are_quiet_and_hold_nothing_personal(own_house: House, tmp_path: Path) -> None:
    """In a normal run no service logs a warning or an error, and no log holds an e-mail address or a song's name."""
    song = tmp_path / "my secret demo.ogg"
    song.write_bytes(BUNDLED_SONG.read_bytes())
    own_house.start()
    try:
        listener = Listener(own_house)
        track_id = listener.add_track(song.name, song.read_bytes())
        listener.wait(track_id)
        until(lambda: not listener.track(track_id)["upload_held"], 60, "the upload to be erased")
        listener.http.close()
    finally:
        own_house.stop()
    texts = {log.stem: log.read_text() for log in (own_house.data / "logs").glob("*.log")}
    ours = [json.loads(line) for name in (*SERVICES, WORKER) for line in texts[name].splitlines()]
    assert {line["event"] for line in ours} >= {"ready", "job taken up", "job ended"}
    assert [line for line in ours if line["level"] not in ("debug", "info")] == []
    for text in texts.values():
        assert listener.email not in text
        assert "my secret demo" not in text
        assert "First Light" not in text


def test_nothing_is_started_that_sends_sign_ins_in_the_clear(tmp_path: Path) -> None:
    """Listening beyond this machine without an https address ends with exit code 2, what to do, and no data folder."""
    open_house = House(tmp_path / "data")
    done = open_house.command("up", "--listen", "192.0.2.1:8080")
    assert done.returncode == 2
    assert "--public-url https://" in done.stderr
    assert not open_house.data.exists()


def test_a_public_name_is_served_behind_a_proxy(tmp_path: Path) -> None:
    """With a public URL, links, cookies and refusals are of that name, and commands on this machine work on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        door = f"127.0.0.1:{probe.getsockname()[1]}"
    name = "stems.example.org"
    hosted = House(tmp_path / "data", "--engine", "in_process", "--public-url", f"https://{name}", "--listen", door)
    hosted.start()
    try:
        link = hosted.command("link").stdout.strip()
        assert link.startswith(f"https://{name}/#/link/")
        proxied = {"Host": name, "X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
        with httpx.Client(base_url=f"http://{door}", headers=proxied | {"Origin": f"https://{name}"}) as client:
            opening = {"code": link.rsplit("/", 1)[1], "transport": "cookie"}
            answer = client.post("/v1/auth/link", json=opening)
            assert answer.status_code == 200, answer.text
            cookies = answer.headers.get_list("set-cookie")
            assert all("; Secure" in cookie for cookie in cookies)
            assert "strict-transport-security" in answer.headers
            refused = client.get("/", headers={"Host": "stems.example.net"})
            assert refused.status_code == 421
            assert f"https://{name}" in refused.json()["detail"]
        assert hosted.command("doctor").returncode == 0
        done = hosted.command("separate", str(BUNDLED_SONG), "--out", str(tmp_path / "out"), "--stems", "drums")
        assert done.returncode == 0, done.stdout + done.stderr
        listed = hosted.command("plan")
        assert "studio" in listed.stdout
        assert "shown to its owner alone" in hosted.command("plan", "--email", "nobody@band.example").stdout
        changed = hosted.command("plan", "studio")
        assert "stripsession plan home" in changed.stdout or "-m cli plan home" in changed.stdout
    finally:
        assert hosted.stop() in (0, 130)


def test_the_address_comes_before_the_song_is_done(tmp_path: Path) -> None:
    """Who starts with a song reads first where to open it, then how far it is, then where its stems are."""
    house = House(
        tmp_path / "data", "--engine", "in_process", "--song", str(BUNDLED_SONG), "--out", str(tmp_path / "out")
    )
    house.start()
    try:
        until(lambda: "Stop with Ctrl-C" in house.log.read_text(), 120, "the song")
    finally:
        house.stop()
    told = house.log.read_text()
    places = [
        told.index(words)
        for words in ("running at http://", "/#/link/", f"{BUNDLED_SONG.name}: ", "is separated", "Ctrl-C")
    ]
    assert places == sorted(places)
    assert (tmp_path / "out" / "first_light" / "vocals.flac").exists()
