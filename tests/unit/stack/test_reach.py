"""Who may reach the stack, and how."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack import reach
from stack.reach import Reach, ReachRefused

NAME = "https://stems.example.org"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - judged, never bound


def test_only_this_machine_is_served_unless_more_is_asked_for() -> None:
    """Nothing asked for is loopback, with its usual port if that is free, and nobody believed about addresses."""
    assert reach.choose() == Reach("127.0.0.1", None, "", ())


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.168.1.5", "2001:db8::1", "studio.local"])
def test_nothing_beyond_this_machine_without_an_encrypted_name(host: str) -> None:
    """Listening for others without an https address is refused, with what would happen and what to do."""
    with pytest.raises(ReachRefused, match=r"unencrypted.*--public-url https://.*docs/hosting.md"):
        reach.choose(host)
    with pytest.raises(ReachRefused, match=r"is not encrypted.*write it as https://"):
        reach.choose(host, public_url="http://stems.example.org")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_alone_needs_no_name(host: str) -> None:
    """Every loopback address may be listened on as it is."""
    assert reach.choose(host, 9000) == Reach(host, 9000, "", ())


def test_a_name_is_answered_by_a_proxy_on_this_machine() -> None:
    """With a public URL alone, this machine's proxy is the one that is believed, and the port stays what it was."""
    assert reach.choose(public_url=NAME) == Reach("127.0.0.1", 8080, NAME, ("127.0.0.1", "::1"))


def test_a_proxy_elsewhere_is_named() -> None:
    """Listening for a proxy on another machine needs its address, or all visitors would be one."""
    with pytest.raises(ReachRefused, match=r"name the address that it calls from.*--proxy"):
        reach.choose(EVERYWHERE, public_url=NAME)
    assert reach.choose(EVERYWHERE, 80, NAME, ("172.17.0.0/16",)).proxies == ("172.17.0.0/16",)
    for wrong in ("caddy", "10.0.0.1/8", ""):
        with pytest.raises(ReachRefused, match="is no address or network"):
            reach.choose(EVERYWHERE, 80, NAME, (wrong,))
    with pytest.raises(ReachRefused, match="add --public-url"):
        reach.choose(proxies=("192.0.2.10",))


@pytest.mark.parametrize(
    ("given_url", "url"),
    [
        ("https://stems.example.org", NAME),
        ("HTTPS://Stems.Example.Org/", NAME),
        ("https://stems.example.org:443", NAME),
        ("https://stems.example.org:8443", f"{NAME}:8443"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://Müsik.example:8443", "https://xn--msik-0ra.example:8443"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
    ],
)
def test_a_public_url_has_one_spelling(given_url: str, url: str) -> None:
    """However it was typed, browsers' own spelling of the origin is used."""
    assert reach.choose(public_url=given_url).public_url == url


@pytest.mark.parametrize(
    "url",
    [
        "stems.example.org",
        "https://",
        "https://me@stems.example.org",
        "https://stems.example.org/band",
        "https://stems.example.org?a=b",
        "https://stems.example.org:99999",
        "ftp://stems.example.org",
        "https://[::1",
    ],
)
def test_what_is_no_public_url_is_refused(url: str) -> None:
    """Anything but https and a name is refused, and the message shows how one looks."""
    with pytest.raises(ReachRefused, match=r"https://stems\.example\.org"):
        reach.choose(public_url=url)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("127.0.0.1:9000", ("127.0.0.1", 9000)),
        (EVERYWHERE, (EVERYWHERE, None)),
        ("[::1]:9000", ("::1", 9000)),
        ("[::]", ("::", None)),
        ("::1", ("::1", None)),
        ("localhost:1", ("localhost", 1)),
    ],
)
def test_an_address_to_listen_on_is_read(text: str, found: tuple[str, int | None]) -> None:
    """Host and port, host alone, and IPv6 with or without brackets."""
    assert reach.read_listen(text) == found


@pytest.mark.parametrize("text", ["8080", "0", "99999"])
def test_a_number_alone_is_told_as_a_port(text: str) -> None:
    """Whoever gives a port where an address belongs reads how both are written."""
    with pytest.raises(ReachRefused, match=rf"{text} is a port.*127\.0\.0\.1:{text}.*--port {text}"):
        reach.read_listen(text)


@given(text=st.text(max_size=30))
def test_any_address_is_read_or_refused(text: str) -> None:
    """Whatever is typed ends in an address with a lawful port or in one plain refusal."""
    try:
        host, port = reach.read_listen(text)
    except ReachRefused:
        return
    assert host
    assert port is None or 1 <= port <= 65535


@pytest.mark.parametrize(
    ("host", "url"),
    [(EVERYWHERE, "http://127.0.0.1:80"), ("::", "http://[::1]:80"), ("192.168.1.5", "http://192.168.1.5:80")],
)
def test_this_machine_finds_what_listens_everywhere(host: str, url: str) -> None:
    """What is no address to call, such as 0.0.0.0, is called by loopback."""
    assert reach.url_of(host, 80) == url
