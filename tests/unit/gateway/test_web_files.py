"""Files of the browser client, and what answers where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.requests import Request

from services.gateway.api.endpoint import Call
from services.gateway.api.problems import Refused
from services.gateway.api.web_files import POLICY, WebFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built page."""
    (tmp_path / "missing.html").write_text('<a href="/">Home</a>')
    return tmp_path


def _call(folder: Path, path: str, accept: str) -> Call:
    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept", accept.encode())]}
    return Call(Request(scope), WebFiles(folder).endpoint(), {}, None, "req_1", False)


@pytest.mark.parametrize("path", ["/nothing", "/no/such.html", "/missing.html", "/.git/config", "/assets/x-1.js"])
async def test_a_browser_gets_a_page_where_nothing_is(folder: Path, path: str) -> None:
    """Who reads pages gets one, as 404, under the policy and kept by nobody; everybody else a problem."""
    answer = await WebFiles(folder).file(_call(folder, path, "text/html,application/xhtml+xml,*/*;q=0.8"))
    assert (answer.status_code, answer.media_type) == (404, "text/html")
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-store"
    assert b'href="/"' in answer.body
    with pytest.raises(Refused) as refused:
        await WebFiles(folder).file(_call(folder, path, "application/json"))
    assert refused.value.problem.status == 404


async def test_what_an_element_plays_is_told_as_sound(folder: Path) -> None:
    """The player's own file of silence comes as FLAC: of a type that is not told a browser plays nothing."""
    (folder / "assets").mkdir()
    (folder / "assets" / "hush-1.flac").write_bytes(b"fLaC")
    answer = await WebFiles(folder).file(_call(folder, "/assets/hush-1.flac", "*/*"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/flac")


async def test_without_a_browser_client_a_browser_gets_a_problem(tmp_path: Path) -> None:
    """A gateway that serves no files answers every reader with a problem."""
    with pytest.raises(Refused):
        await WebFiles(tmp_path / "none").file(_call(tmp_path, "/nothing", "text/html"))


def test_the_policy_runs_our_own_files_and_webassembly_alone() -> None:
    """WebAssembly may be compiled and our workers started; no text becomes a script, nothing comes from elsewhere."""
    directives = dict(directive.strip().split(" ", 1) for directive in POLICY.split(";"))
    assert directives["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert directives["worker-src"] == "'self'"
    assert directives["default-src"] == "'none'"
    assert "unsafe-inline" not in POLICY
    assert "'unsafe-eval'" not in POLICY
    assert "http" not in POLICY
