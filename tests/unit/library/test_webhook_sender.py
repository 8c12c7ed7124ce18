"""Where webhooks go and where they never do: names that lie, addresses in other clothes, answers that lead on."""

from __future__ import annotations

import asyncio
import dataclasses
import ipaddress
import socket
import ssl
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from chassis.authority import ensure_certificates
from chassis.identity import dns_name
from chassis.rpc.errors import refusal_for
from services.library.api.statuses import STATUSES
from services.library.clients.webhook_sender import Names, PinnedSender, Stream
from services.library.domain import webhook_target
from services.library.domain.errors import WebhookLeadsHere, WebhookUrlInvalid
from services.library.domain.webhook import Fault
from services.library.domain.webhook_target import Address, Target, may_reach, target_of
from services.library.settings import LibrarySettings

PUBLIC = "93.184.216.34"
URL = "https://receiver.example.org/hooks?a=1"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https:///path", "https://", "example.org", "//example.org/",
        "https://user@example.org/", "https://user:secret@example.org/", "https://example.org/#part",
        "https://example.org:80/", "https://example.org:22/", "https://example.org:0/", "https://example.org:99999/",
        "https://example.org:8443x/", "https://exam ple.org/", "https://example.org/\r\nHost: inside", "https://[::1/",
        "https://exämple.org/", "https://example.org\\@inside/", "https://localhost/", "https://metadata/",
        "https://-a.example.org/", "https://a..example.org/", "https://example.org./", "https://a_b.example.org/",
        # The same loopback address as eight readers write it.
        "https://127.0.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://127.1/",
        "https://0177.0.0.1/", "https://127.0.0.1./", "https://example.0x7f/",
        # Inside: private, link-local, metadata, shared, this network, multicast, reserved, broadcast, benchmarks.
        "https://10.0.0.1/", "https://172.16.5.4/", "https://192.168.1.1/", "https://169.254.169.254/",
        "https://100.64.0.1/", "https://0.0.0.0/", "https://224.0.0.1/", "https://240.0.0.1/",
        "https://255.255.255.255/", "https://198.18.0.1/", "https://192.0.2.1/", "https://168.63.129.16/",
        "https://100.100.100.200/", "https://192.0.0.192/",
        # And in IPv6: loopback, any, mapped, compatible, NAT64, 6to4, Teredo, unique local, link-local, multicast.
        "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
        "https://[::ffff:93.184.216.34]/", "https://[::7f00:1]/", "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b:1::1]/", "https://[2002:7f00:1::]/", "https://[2001:0:1::1]/", "https://[fc00::1]/",
        "https://[fd00:ec2::254]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[ff02::1]/",
        "https://[2001:db8::1]/", "https://[fec0::1]/", "https://[5f00::1]/", "https://[2606:4700::1%25lo]/",
        "https://example.org/" + "a" * 500,
        # What becomes a k once it is written small.
        "https://example.org/\u212a", "https://\u212aelvin.example.org/",
    ],
)  # fmt: skip  # kinds of fault read better in rows
def test_an_address_that_leads_inside_is_refused_when_it_is_named(url: str) -> None:
    """Whatever is no https to port 443 or 8443 of a public host is never taken."""
    with pytest.raises(WebhookUrlInvalid):
        target_of(url, loopback=False)


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://example.org", "example.org", "/"),
        ("https://Example.ORG:443/A/b?c=%20d", "example.org", "/A/b?c=%20d"),
        ("https://xn--exmple-cua.org:8443/?x", "xn--exmple-cua.org:8443", "/?x"),
        (f"https://{PUBLIC}/", PUBLIC, "/"),
        ("https://[2606:4700::1111]/", "[2606:4700::1111]", "/"),
    ],
)
def test_a_public_address_is_taken_as_it_is_written(url: str, authority: str, path: str) -> None:
    """Host and path are sent as they were named."""
    target = target_of(url, loopback=False)
    assert (target.is_https, target.authority, target.path) == (True, authority, path)


def test_this_machine_is_reached_only_where_that_is_set() -> None:
    """With the setting loopback is reached without TLS at any port; the networks around this machine never are."""
    for url in ("http://127.0.0.1:5000/", "http://localhost:5000/", "http://[::1]:5000/"):
        assert target_of(url, loopback=True).port == 5000
        with pytest.raises(WebhookLeadsHere):
            target_of(url, loopback=False)
    for url in ("http://10.0.0.1:5000/", "https://10.0.0.1/", "http://example.org/", "https://169.254.169.254/"):
        with pytest.raises(WebhookUrlInvalid) as refused:
            target_of(url, loopback=True)
        assert refused.type is WebhookUrlInvalid


def test_who_names_this_machine_is_told_what_lets_it_be_reached() -> None:
    """The refusal of one's own machine's address names the setting that takes it, by the name that the stack reads."""
    refusal = refusal_for(WebhookLeadsHere(), STATUSES)
    assert refusal is not None
    assert refusal.reason == "WEBHOOK_URL_INVALID"
    assert "STRIPSESSION_LIBRARY__WEBHOOK_LOOPBACK=true" in refusal.message
    assert "webhook_loopback" in {field.name for field in dataclasses.fields(LibrarySettings)}


class Net:
    """A resolver and connections that are noted; behind every address the same answer."""

    def __init__(self, *found: Sequence[str], answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n") -> None:
        """`found` is what the name stands for at the first lookup, the second, and so on; the last one stays."""
        self.found, self.answer = list(found), answer
        self.lookups: list[str] = []
        self.reached: list[str] = []
        self.unreachable: set[str] = set()
        self.written = b""

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        self.lookups.append(host)
        now = self.found.pop(0) if len(self.found) > 1 else self.found[0]
        return [ipaddress.ip_address(text) for text in now]

    async def connect(self, address: Address, target: Target) -> Stream:
        self.reached.append(str(address))
        if str(address) in self.unreachable:
            raise ConnectionRefusedError
        reader = asyncio.StreamReader(limit=1024)
        reader.feed_data(self.answer)
        reader.feed_eof()
        return reader, cast(asyncio.StreamWriter, self)

    def write(self, data: bytes) -> None:
        self.written += data

    async def drain(self) -> None:
        """Nothing to wait for."""

    @property
    def transport(self) -> Net:
        return self

    def abort(self) -> None:
        """The connection ends."""

    def sender(self, *, loopback: bool = False, try_s: float = 10.0) -> PinnedSender:
        return PinnedSender(loopback=loopback, resolve=self.resolve, connect=self.connect, try_s=try_s)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["::1"], ["fd00::1"], ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"], ["fe80::1"], [PUBLIC, "127.0.0.1"], ["2606:4700::1111", "::ffff:127.0.0.1"], [],
    ],
)  # fmt: skip
async def test_a_name_that_stands_for_an_address_inside_is_not_connected_to(addresses: Sequence[str]) -> None:
    """One such address among good ones condemns the name, and no connection is tried."""
    net = Net(addresses)
    heard = await net.sender().send(URL, {}, b"{}")
    assert (heard.http_status, heard.fault) == (None, Fault.ADDRESS_FORBIDDEN)
    assert net.reached == []


async def test_a_name_that_changes_after_it_was_judged_changes_nothing() -> None:
    """It is looked up once a try and connected to as it was judged; the next try judges anew."""
    net = Net([PUBLIC], ["127.0.0.1"])
    assert (await net.sender().send(URL, {}, b"{}")).http_status == 204
    assert (net.lookups, net.reached) == (["receiver.example.org"], [PUBLIC])
    assert (await net.sender().send(URL, {}, b"{}")).fault is Fault.ADDRESS_FORBIDDEN
    assert net.reached == [PUBLIC]


async def test_what_is_sent_is_one_request_and_no_more() -> None:
    """The path, the name and the headers as given, and the body as it was signed."""
    net = Net([PUBLIC])
    await net.sender().send(URL, {"webhook-id": "msg_1"}, b'{"a":1}')
    head, _, body = net.written.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hooks?a=1 HTTP/1.1"
    assert {"Host: receiver.example.org", "webhook-id: msg_1", "Content-Type: application/json"} <= set(lines)
    assert body == b'{"a":1}'


@pytest.mark.parametrize(
    ("answer", "status", "fault"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", 200, None),
        (b"HTTP/1.0 299 \r\n\r\n", 299, None),
        (b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n", 202, None),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", 302, Fault.REDIRECTED),
        (b"HTTP/1.1 307 Temporary Redirect\r\nLocation: https://10.0.0.1/\r\n\r\n", 307, Fault.REDIRECTED),
        (b"HTTP/1.1 410 Gone\r\n\r\n", 410, Fault.REFUSED),
        (b"HTTP/1.1 500 \xff\r\n\r\n", 500, Fault.REFUSED),
        (b"SSH-2.0-OpenSSH_9.2\r\n", None, Fault.ANSWER_INVALID),
        (b"HTTP/1.1 2000 OK\r\n\r\n", None, Fault.ANSWER_INVALID),
        (b"", None, Fault.ANSWER_INVALID),
        (b"HTTP/1.1 200 " + b"x" * 5000, None, Fault.ANSWER_INVALID),
        (b"HTTP/1.1 100 Continue\r\n" + b"A: b\r\n" * 500, None, Fault.ANSWER_INVALID),
    ],
)
async def test_of_an_answer_its_status_alone_counts(answer: bytes, status: int | None, fault: Fault | None) -> None:
    """2xx takes the message; a redirect is a refusal and not followed; what is no HTTP is none."""
    net = Net([PUBLIC], answer=answer)
    heard = await net.sender().send(URL, {}, b"{}")
    assert (heard.http_status, heard.fault) == (status, fault)
    assert net.reached == [PUBLIC]


async def test_one_address_of_each_family_is_tried() -> None:
    """One that cannot be reached is passed over once; a name of many addresses scans nothing."""
    net = Net(["2606:4700::1111", "2606:4700::1112", PUBLIC, "93.184.216.35"])
    net.unreachable = {"2606:4700::1111"}
    assert (await net.sender().send(URL, {}, b"{}")).fault is None
    assert net.reached == ["2606:4700::1111", PUBLIC]
    net.unreachable |= {PUBLIC}
    assert (await net.sender().send(URL, {}, b"{}")).fault is Fault.UNREACHABLE
    assert net.reached == ["2606:4700::1111", PUBLIC] * 2


async def test_an_address_that_swallows_what_is_sent_leaves_time_for_the_other() -> None:
    """The first has half of the time; a machine behind a broken IPv6 is still told."""
    net = Net(["2606:4700::1111", PUBLIC])

    async def connect(address: Address, target: Target) -> Stream:
        if address.version == 6:
            await asyncio.Future()
        return await net.connect(address, target)

    sender = PinnedSender(loopback=False, resolve=net.resolve, connect=connect, try_s=0.5)
    assert (await sender.send(URL, {}, b"{}")).fault is None


async def test_a_wrong_certificate_ends_the_try() -> None:
    """Whoever is reached and is somebody else is told of, and no other address is asked."""
    tried: list[str] = []

    async def connect(address: Address, target: Target) -> Stream:
        tried.append(str(address))
        raise ssl.SSLCertVerificationError

    net = Net([PUBLIC, "2606:4700::1111"])
    sender = PinnedSender(loopback=False, resolve=net.resolve, connect=connect)
    assert (await sender.send(URL, {}, b"{}")).fault is Fault.TLS
    assert tried == [PUBLIC]


async def test_the_certificate_is_the_names_though_the_connection_is_the_addresss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name that was asked for is told to the receiver, whose certificate is believed for that name alone."""
    ensure_certificates(tmp_path, ["receiver"])
    keys = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    keys.load_cert_chain(tmp_path / "receiver.pem", tmp_path / "receiver.key")
    asked: list[str | None] = []
    keys.sni_callback = lambda _connection, name, _context: asked.append(name)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=keys) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setattr(webhook_target, "PORTS", (port,))
        trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        sender = PinnedSender(loopback=True, resolve=Net(["127.0.0.1"]).resolve, trust=trust)
        right, other = dns_name("receiver"), dns_name("somebody")
        assert (await sender.send(f"https://{right}:{port}/", {}, b"{}")).http_status == 204
        heard = await sender.send(f"https://{other}:{port}/", {}, b"{}")
        assert (heard.http_status, heard.fault) == (None, Fault.TLS)
    assert asked == [right, other]


@pytest.mark.parametrize(
    ("error", "fault"), [(socket.gaierror(-2, "no"), Fault.NAME_UNKNOWN), (OSError(), Fault.UNREACHABLE)]
)
async def test_what_goes_wrong_is_told_in_a_word(error: OSError, fault: Fault) -> None:
    """Nothing is raised, whatever the network does."""

    async def resolve(host: str, port: int) -> Sequence[Address]:
        raise error

    assert (await PinnedSender(loopback=False, resolve=resolve).send(URL, {}, b"{}")).fault is fault


async def test_a_try_has_an_end() -> None:
    """A receiver that never answers is left after the time of one try."""

    async def never(*_: object) -> Stream:
        return await asyncio.Future()

    sender = PinnedSender(loopback=False, resolve=Net([PUBLIC]).resolve, connect=never, try_s=0.0)
    assert (await sender.send(URL, {}, b"{}")).fault is Fault.TIMEOUT


async def test_a_silent_name_server_holds_one_place_until_it_answers() -> None:
    """A lookup that takes too long fails the try, which lasts as long as its thread: no thread is added meanwhile."""
    answering, asked = threading.Event(), threading.Event()

    def look(host: str, port: int) -> Sequence[Address]:
        asked.set()
        answering.wait(30)
        return [ipaddress.ip_address(PUBLIC)]

    net = Net([PUBLIC])
    sender = PinnedSender(loopback=False, resolve=Names(look, lookup_s=0.0).resolve, connect=net.connect)
    trying = asyncio.create_task(sender.send(URL, {}, b"{}"))
    await asyncio.to_thread(asked.wait, 30)
    assert not trying.done()
    answering.set()
    assert (await trying).fault is Fault.TIMEOUT
    assert net.reached == []


async def test_names_are_looked_up_as_the_machine_does() -> None:
    """An address stands for itself, and a name that there cannot be for nothing."""
    names = Names()
    assert await names.resolve("127.0.0.1", 443) == [ipaddress.ip_address("127.0.0.1")]

    def unknown(host: str, port: int) -> Sequence[Address]:
        raise socket.gaierror(socket.EAI_NONAME, "no")

    sender = PinnedSender(loopback=False, resolve=Names(unknown).resolve)
    assert (await sender.send(URL, {}, b"{}")).fault is Fault.NAME_UNKNOWN


async def test_a_name_is_looked_up_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """No search domain is ever added to a stranger's name; an address, and this machine, stay as they are."""
    asked = []

    def looked_up(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, port))]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    for host in ("receiver.example.org", "93.184.216.34", "2606:4700::1111", "localhost"):
        assert await Names().resolve(host, 443) == [ipaddress.ip_address(PUBLIC)]
    assert asked == ["receiver.example.org.", "93.184.216.34", "2606:4700::1111", "localhost"]


def test_the_open_internet_is_reached() -> None:
    """Ordinary addresses of both kinds may be sent to: what is refused is not everything."""
    for text in (PUBLIC, "1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1"):
        assert may_reach(ipaddress.ip_address(text), loopback=False)
