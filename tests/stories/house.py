"""A whole running StripSession for stories: real processes, driven over HTTP as a listener does."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from stack import postgres, triton_runtime
from stack.layout import Layout
from tests.paths import REPOSITORY, TRITON, TRITON_LOCK
from tests.plain import NO_TLS

START_S = 120.0
STOP_S = 60.0
PATIENCE_S = 120.0
LOOK_EVERY_S = 0.05
LOOK_AT_LAST_EVERY_S = 0.25
Json = dict[str, Any]
Found = TypeVar("Found")


class House:
    """`stripsession up` as a child process."""

    def __init__(
        self, data: Path, *arguments: str, settings: Mapping[str, str] | None = None, installs: bool = False
    ) -> None:
        """`settings` are an administrator's, by their whole names.

        One that `installs` fetches the inference server as everybody's first start does. Any other finds the one that
        `make test` has installed, in a folder of its own: each would fetch the same half a gigabyte.
        """
        self.data = data
        self._is_furnished = installs or "in_process" in arguments
        self.log = data.parent / f"{data.name}.log"
        self._arguments = arguments
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("STRIPSESSION_")}
        # Every story signs a listener up, all from one address.
        environment |= {
            "STRIPSESSION_GATEWAY__SIGN_INS_PER_MINUTE": "6000",
            "STRIPSESSION_GATEWAY__SIGN_INS_BURST": "600",
            # A queue that was wiped is found empty by the same rule, only sooner.
            "STRIPSESSION_SEPARATION__ANNOUNCE_AGAIN_S": "3",
        } | self._settings
        self.data.mkdir(parents=True, exist_ok=True)
        self._furnish()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up", "--data", str(self.data), *self._arguments],
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            until(lambda: self._answers() or self._ended(), START_S, "the stack to start")
        except AssertionError:
            # Who asked for it has none to stop, and it would go on at the cost of all other tests.
            self.stop()
            raise
        if self._process.poll() is not None:
            raise AssertionError(f"the stack ended: {self.log.read_text()[-3000:]}")

    def _furnish(self) -> None:
        if self._is_furnished or not triton_runtime.is_prepared(TRITON, TRITON_LOCK):
            return
        own = Layout(self.data).triton
        shutil.copytree(TRITON / "venv", own / "venv", symlinks=True, copy_function=_linked)
        shutil.copy2(TRITON / "stamp", own / "stamp")
        self._is_furnished = True

    def start_again(self, settings: Mapping[str, str]) -> None:
        """Stop, and start with these settings as well."""
        self.stop()
        self._settings |= settings
        self.start()

    def stop(self) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(STOP_S)
        self._process = None
        return code

    def forget(self) -> None:
        """Take note that the supervisor has ended by itself."""
        if self._process is not None:
            self._process.wait(STOP_S)
            self._process = None

    def state(self) -> Json | None:
        try:
            state: Json = json.loads((self.data / "run" / "stack.json").read_text())
        except (OSError, ValueError):
            return None
        return state

    @property
    def url(self) -> str:
        state = self.state()
        assert state is not None
        return str(state["url"])

    def pid(self, name: str) -> int:
        state = self.state()
        assert state is not None
        return int(state["processes"][name])

    def kill(self, name: str) -> None:
        """SIGKILL one process of the stack, and see the supervisor replace it."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.pid(name) not in (0, pid), PATIENCE_S, f"{name} to be started again")

    def metric(self, process: str, name: str) -> float:
        """One sample of a process's metrics, 0 when it is not there."""
        state = self.state()
        assert state is not None
        text = httpx.get(f"http://127.0.0.1:{state['ports'][f'{process}-metrics']}/metrics", verify=NO_TLS).text
        values = [line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith(name + " ")]
        return float(values[0]) if values else 0.0

    def database_url(self, service: str) -> str:
        """Where a service has its tables, with its own role: for what only time or a fault would make of them."""
        state = self.state()
        assert state is not None
        return postgres.url(Layout(self.data), int(state["ports"]["postgres"]), service)

    @contextmanager
    def supervisor_paused(self) -> Iterator[None]:
        """Nothing that dies meanwhile is started again before the block ends."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """One process stands still until the block ends."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def command(self, *arguments: str, timeout_s: float = PATIENCE_S) -> subprocess.CompletedProcess[str]:
        """Run the command line over this house."""
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments, "--data", str(self.data)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def _answers(self) -> bool:
        state = self.state()
        return state is not None and self._process is not None and state["supervisor"] == self._process.pid

    def _ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None


class Listener:
    """A signed-up person with an HTTP client."""

    def __init__(self, house: House) -> None:
        self.email = f"listener-{secrets.token_hex(6)}@example.com"
        self.password = secrets.token_urlsafe(16)
        self.http = httpx.Client(
            base_url=house.url, timeout=60, transport=httpx.HTTPTransport(retries=5, verify=NO_TLS)
        )
        account = {"email": self.email, "password": self.password, "confirms_age": True}
        answer = patiently(lambda: self.http.post("/v1/auth/signup", json=account))
        assert answer.status_code == 201, answer.text
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def upload(self, name: str, data: bytes) -> str:
        """tus creation and one PATCH; the upload id."""
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data)), "Upload-Metadata": metadata}
        made = self.http.post("/v1/uploads", headers=headers)
        assert made.status_code == 201, made.text
        location = httpx.URL(made.headers["location"]).path
        sent = self.http.patch(
            location,
            content=data,
            headers={
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": "0",
                "Content-Type": "application/offset+octet-stream",
            },
        )
        assert sent.status_code == 204, sent.text
        return location.rsplit("/", 1)[-1]

    def add(self, name: str, data: bytes, model: str = "") -> httpx.Response:
        """Upload and ask for a track; the answer, whatever it is."""
        upload_id = self.upload(name, data)
        body = {"upload_id": upload_id} | ({"model": model} if model else {})
        return self.http.post("/v1/tracks", json=body, headers={"Idempotency-Key": upload_id})

    def add_track(self, name: str, data: bytes, model: str = "") -> str:
        answer = self.add(name, data, model)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["track_id"])

    def track(self, track_id: str) -> Json:
        answer = patiently(lambda: self.http.get(f"/v1/tracks/{track_id}"))
        assert answer.status_code == 200, answer.text
        track: Json = answer.json()
        return track

    def wait(self, track_id: str, state: str = "ready", patience_s: float = PATIENCE_S) -> Json:
        """Wait for a state; fails at once when the track ends in another."""

        def reached() -> Json | None:
            track = self.track(track_id)
            assert track["state"] == state or track["state"] in ("checking", "separating"), track
            return track if track["state"] == state else None

        return until(reached, patience_s, f"the track to be {state}")

    def wait_segments(self, track_id: str, count: int) -> None:
        # What a story does in mid-song comes too late at the end of it.
        until(lambda: self.track(track_id)["segments"] >= count, PATIENCE_S, f"{count} segments", soon=True)

    def download(self, track_id: str, stem: str, extension: str = "flac") -> bytes:
        answer = patiently(lambda: self.http.get(f"/v1/tracks/{track_id}/stems/{stem}.{extension}"))
        assert answer.status_code == 200, answer.text
        return answer.content

    def usage(self) -> Json:
        answer = patiently(lambda: self.http.get("/v1/billing/usage"))
        assert answer.status_code == 200, answer.text
        usage: Json = answer.json()
        return usage


def _linked(of: str, name: str) -> None:
    try:
        os.link(of, name)
    except OSError:
        # On another disk, or one that knows no second name.
        shutil.copy2(of, name)


def patiently(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask until the answer is not that something is being restarted."""

    def answered() -> httpx.Response | None:
        try:
            answer = ask()
        except httpx.TransportError:
            return None
        return None if answer.status_code in (502, 503, 504) else answer

    return until(answered, PATIENCE_S, "an answer")


def until(look: Callable[[], Found | bool | None], patience_s: float, what: str, *, soon: bool = False) -> Found:
    """Look again and again until there is something to see; ever less often, unless something must be seen `soon`.

    To look costs the stack what it has to do: a track asked for every 50 ms takes a sixth of a processor.
    """
    deadline = time.monotonic() + patience_s
    pause_s = LOOK_EVERY_S
    while True:
        found = look()
        if found:
            return found  # type: ignore[return-value]  # truthy: neither None nor False
        assert time.monotonic() < deadline, f"waited {patience_s:.0f} s in vain for {what}"
        time.sleep(pause_s)  # sleep: other processes tell nobody here what they have come to
        pause_s = pause_s if soon else min(pause_s * 1.2, LOOK_AT_LAST_EVERY_S)
