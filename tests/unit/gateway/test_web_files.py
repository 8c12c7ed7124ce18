"""Files of the browser client, and what answers where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.requests import Request

from services.gateway.api.endpoint import Call
from services.gateway.api.problems import Refused
from services.gateway.api.web_files import POLICY, WebFiles

WEB = Path(__file__).parents[3] / "web"


def _call(path: str, accept: str) -> Call:
    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept", accept.encode())]}
    endpoint = WebFiles(WEB).endpoint()
    return Call(Request(scope), endpoint, {}, None, "req_1", False)


@pytest.mark.parametrize("path", ["/nothing", "/no/such.html", "/missing.html", "/.git/config"])
async def test_a_browser_gets_a_page_where_nothing_is(path: str) -> None:
    """Who reads pages gets one, as 404 and under the policy; everybody else a problem."""
    answer = await WebFiles(WEB).file(_call(path, "text/html,application/xhtml+xml,*/*;q=0.8"))
    assert (answer.status_code, answer.media_type) == (404, "text/html")
    assert answer.headers["content-security-policy"] == POLICY
    assert b'href="/"' in answer.body
    with pytest.raises(Refused) as refused:
        await WebFiles(WEB).file(_call(path, "application/json"))
    assert refused.value.problem.status == 404


async def test_without_a_browser_client_a_browser_gets_a_problem(tmp_path: Path) -> None:
    """A gateway that serves no files answers every reader with a problem."""
    with pytest.raises(Refused):
        await WebFiles(tmp_path / "none").file(_call("/nothing", "text/html"))
