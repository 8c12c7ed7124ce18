"""What is kept of a user agent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.device import device_of

KNOWN = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox, Linux",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36": (
        "Chrome, Windows"
    ),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36"
    " Edg/137.0.0.0": "Edge, Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4"
    " Safari/605.1.15": "Safari, Mac",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4"
    " Mobile/15E148 Safari/604.1": "Safari, iPhone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/138.0"
    " Mobile/15E148 Safari/605.1.15": "Firefox, iPhone",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0"
    " Mobile Safari/537.36": "Samsung Internet, Android",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36": (
        "Chrome, ChromeOS"
    ),
    "stripsession/0.1.0 (Linux)": "stripsession, Linux",
    "curl/8.5.0": "",
    "": "",
}


@pytest.mark.parametrize("user_agent", KNOWN, ids=lambda text: KNOWN[text] or repr(text))
def test_known_programs(user_agent: str) -> None:
    """Program and system are found, and no version, model or language."""
    assert device_of(user_agent) == KNOWN[user_agent]


@given(st.text(max_size=2000))
def test_nothing_a_caller_writes_is_kept(user_agent: str) -> None:
    """A device is made of names of ours alone, whatever the user agent holds."""
    names = "stripsession|Edge|Opera|Samsung Internet|Firefox|Chrome|Safari"
    names += "|iPhone|iPad|Android|ChromeOS|Windows|Mac|Linux"
    assert set(device_of(user_agent).split(", ")) <= {"", *names.split("|")}
