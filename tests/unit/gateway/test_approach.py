"""How a request came to the gateway."""

from __future__ import annotations

import dataclasses
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.approach import Approach

PROXY = "192.0.2.10"
BEHIND_A_PROXY = Approach("https://stems.example", 1, (ipaddress.ip_network(PROXY),))
PEERS = st.ip_addresses().map(str)


@given(peer=PEERS, forwarded=st.lists(st.text(max_size=40), max_size=3), proto=st.sampled_from(["", "http", "https"]))
def test_nobody_but_a_named_proxy_is_believed(peer: str, forwarded: list[str], proto: str) -> None:
    """Whatever a stranger writes into X-Forwarded-For and -Proto changes neither who is counted nor how."""
    if peer == PROXY:
        return
    assert BEHIND_A_PROXY.address(peer, forwarded) == BEHIND_A_PROXY.address(peer, [])
    assert BEHIND_A_PROXY.is_https(peer, "http", proto) is BEHIND_A_PROXY.is_https(peer, "http", "")


@given(visitor=st.ip_addresses(v=4).map(str), forged=st.lists(PEERS, max_size=3))
def test_a_visitor_is_who_the_proxy_saw(visitor: str, forged: list[str]) -> None:
    """The proxy's own word is the last; what the visitor wrote before it counts for nothing."""
    assert BEHIND_A_PROXY.address(PROXY, [", ".join([*forged, visitor])]) == visitor


@pytest.mark.parametrize(
    ("forwarded", "counted"),
    [
        (["203.0.113.9, 198.51.100.7, 192.0.2.200"], "198.51.100.7"),
        (["203.0.113.9", "198.51.100.7, 192.0.2.200"], "198.51.100.7"),
        (["198.51.100.7, 192.0.2.200"], "198.51.100.7"),
        (["198.51.100.7"], "198.51.100.7"),
        ([], PROXY),
    ],
)
def test_two_proxies_tell_the_visitor_even_when_one_says_nothing(forwarded: list[str], counted: str) -> None:
    """Behind two proxies the last word but one counts, and the oldest where fewer words came than there are proxies."""
    approach = Approach("https://stems.example", 2, (ipaddress.ip_network(PROXY),))
    assert approach.address(PROXY, forwarded) == counted


@pytest.mark.parametrize(
    ("hop", "counted"),
    [
        ("198.51.100.7:51234", "198.51.100.7"),
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("unknown", PROXY),
        ("[2001:db8::1", PROXY),
        ("198.51.100.7:51234:1", PROXY),
        ("", PROXY),
    ],
)
def test_a_forwarded_address_counts_without_its_port(hop: str, counted: str) -> None:
    """A port, new with each connection, makes no new visitor, and what is no address is counted as its proxy."""
    assert BEHIND_A_PROXY.address(PROXY, [hop]) == counted


@pytest.mark.parametrize(
    ("peer", "counted"),
    [("::ffff:198.51.100.7", "198.51.100.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", "")],
)
def test_addresses_are_counted_as_homes_have_them(peer: str, counted: str) -> None:
    """IPv4 on a socket for both kinds stays one address each; of IPv6 a home's /64 is one."""
    assert Approach().address(peer, []) == counted


@pytest.mark.parametrize(
    ("host", "peer", "here", "is_ours"),
    [
        ("stems.example", PROXY, "192.0.2.1", True),
        ("STEMS.example.:443", PROXY, "192.0.2.1", True),
        ("stems.example:8080", "192.0.2.77", "192.0.2.1", False),
        ("stems.example:8080", "::ffff:192.0.2.77", "::ffff:192.0.2.1", False),
        ("stems.example", f"::ffff:{PROXY}", "::ffff:192.0.2.1", True),
        ("stems.example:8080", "127.0.0.1", "127.0.0.1", True),
        ("stems.example:8080", "192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1:8080", "192.0.2.77", "192.0.2.1", False),
        ("192.0.2.1:8080", "192.0.2.1", "192.0.2.1", True),
        ("localhost:8080", "127.0.0.1", "127.0.0.1", True),
        ("[::1]:8080", "::1", "::1", True),
        ("127.0.0.1:8080", "::ffff:127.0.0.1", "::ffff:127.0.0.1", True),
        ("evil.example:8080", "127.0.0.1", "127.0.0.1", False),
        ("stems.example.evil.example", PROXY, "192.0.2.1", False),
        ("localhost", "192.0.2.77", "192.0.2.1", False),
        ("stems.localhost:8080", "127.0.0.1", "127.0.0.1", True),
        ("stems.localhost:8080", PROXY, "192.0.2.1", False),
        ("notlocalhost", "127.0.0.1", "127.0.0.1", False),
        ("[::1", "127.0.0.1", "127.0.0.1", False),
        ("", "127.0.0.1", "127.0.0.1", False),
    ],
)
def test_only_our_own_name_is_answered(host: str, peer: str, here: str, is_ours: bool) -> None:
    """The public name through the proxy or from this machine; its addresses from itself alone; no other site's name."""
    assert BEHIND_A_PROXY.is_ours(host, peer, here) is is_ours


@pytest.mark.parametrize(("peer", "is_ours"), [(PROXY, True), ("127.0.0.1", True), ("192.0.2.77", False)])
def test_further_names_are_held_like_the_public_one(peer: str, is_ours: bool) -> None:
    """A name that is also ours is answered to the proxy and this machine; with any port, in any spelling."""
    approach = dataclasses.replace(BEHIND_A_PROXY, also_known_as=("www.stems.example", "gateway.music.svc"))
    for name in ("www.stems.example", "WWW.stems.example.:8443", "gateway.music.svc:8080"):
        assert approach.is_ours(name, peer, "192.0.2.1") is is_ours
    assert not approach.is_ours("evil.example", peer, "192.0.2.1")


@pytest.mark.parametrize("public_url", ["https://müsik.example", "https://xn--msik-0ra.example"])
def test_a_name_beyond_ascii_is_ours_as_browsers_ask_for_it(public_url: str) -> None:
    """Browsers send the encoded form of an internationalised name, whichever form the operator wrote."""
    assert Approach(public_url).is_ours("xn--msik-0ra.example", PROXY, "192.0.2.1")


@given(peer=PEERS)
def test_the_public_name_is_ours_from_anybody_where_no_proxy_is_named(peer: str) -> None:
    """A gateway that nobody can reach but its proxy need not know where that calls from."""
    assert Approach("https://stems.example", 1).is_ours("stems.example", peer, "192.0.2.1")


@given(host=st.text(max_size=40), peer=PEERS)
def test_any_name_is_ours_where_none_was_said(host: str, peer: str) -> None:
    """Without a public URL a gateway answers whoever reaches it."""
    assert Approach().is_ours(host, peer, "192.0.2.1")
