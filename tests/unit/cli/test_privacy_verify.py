"""`stripsession privacy verify`: what it says of receipts that hold, and of those that do not."""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from cli import exits, privacy, privacy_verify
from cli.exits import CommandFault
from tests.unit.chassis.evidence.made import PERSON, UPLOAD, keys, made


def arguments(*words: str) -> argparse.Namespace:
    """As the command line reads them."""
    parser = argparse.ArgumentParser()
    privacy.add_arguments(parser, argparse.ArgumentParser(add_help=False))
    return parser.parse_args(["verify", *words])


async def said(*words: str) -> tuple[int, str]:
    """The exit code, and what is printed."""
    console = Console(file=io.StringIO(), width=500)
    code = await privacy_verify.run(arguments(*words), console)
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chain = made(5)
    (tmp_path / "receipt.json").write_bytes(chain.receipt(3))
    (tmp_path / "keys.json").write_bytes(keys(1))
    (tmp_path / "first.json").write_bytes(chain.page(1, 3))
    (tmp_path / "rest.json").write_bytes(chain.page(4))
    return tmp_path


async def test_a_receipt_is_verified_with_files_alone(folder: Path) -> None:
    """It says what went and when, who signed it, whom it is about, and what was not looked at; no network is asked."""
    code, text = await said(str(folder / "receipt.json"), "--keys", str(folder / "keys.json"))
    assert code == exits.DONE
    assert "An upload was erased at 2030-05-04T09:31:10Z" in text
    assert "because its track was done: 3 objects of library. Its key was destroyed." in text
    assert f"It is about {PERSON}, {UPLOAD}" in text
    assert "as entry 3 of the chain" in text
    assert "was not looked at" in text


async def test_the_chain_is_verified_page_after_page(folder: Path) -> None:
    """Pages in their order are one chain; in another order they are not."""
    asked = [str(folder / "receipt.json"), "--keys", str(folder / "keys.json")]
    pages = ["--chain", str(folder / "first.json"), "--chain", str(folder / "rest.json")]
    code, text = await said(*asked, *pages)
    assert (code, "unbroken from entry 1 to 5" in text) == (exits.DONE, True)
    code, text = await said(*asked, *pages[2:], *pages[:2])
    assert (code, text) == (exits.SOME_FAILED, "It does not hold: between 5 and 1 entries lack.\n")


@given(data=st.data())
@settings(max_examples=60, deadline=None)
async def test_any_changed_byte_is_told(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whichever byte of whichever file is changed, and to what: the code is 1, and a sentence says so."""
    files = {"receipt": made().receipt(2), "keys": keys(1), "chain": made().page()}
    name = data.draw(st.sampled_from(sorted(files)))
    place = data.draw(st.integers(0, len(files[name]) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != files[name][place]))
    files[name] = files[name][:place] + bytes([other]) + files[name][place + 1 :]
    folder = tmp_path_factory.mktemp("flipped")
    for each, content in files.items():
        (folder / each).write_bytes(content)
    code, text = await said(str(folder / "receipt"), "--keys", str(folder / "keys"), "--chain", str(folder / "chain"))
    assert code == exits.SOME_FAILED
    assert text.startswith("It does not hold: ")


def _served(chain_length: int = 5, broken: bool = False) -> httpx.MockTransport:
    chain = made(chain_length)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/privacy/receipt-keys":
            return httpx.Response(200, content=keys(1))
        start = int(request.url.params["from"])
        if start > chain_length:
            return httpx.Response(200, content=chain.page(chain_length + 1))
        page = chain.page(start, min(chain_length, start + int(request.url.params["limit"]) - 1))
        return httpx.Response(200, content=page.replace(b"2030", b"2031") if broken else page)

    return httpx.MockTransport(answer)


@pytest.mark.parametrize(("more", "first"), [([], 2), (["--whole-chain"], 1)])
async def test_a_server_is_asked_for_keys_and_chain(
    folder: Path, monkeypatch: pytest.MonkeyPatch, more: list[str], first: int
) -> None:
    """The entries around it, or every one that there is."""
    _serve(monkeypatch, _served())
    code, text = await said(str(folder / "receipt.json"), "--from", "https://strip.example/", *more)
    assert (code, f"unbroken from entry {first} to 5" in text) == (exits.DONE, True)


@pytest.mark.parametrize("length", [0, 1, 2])
@pytest.mark.parametrize("more", [[], ["--whole-chain"]])
async def test_a_chain_that_ends_before_the_receipt_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, more: list[str], length: int
) -> None:
    """A server that cut its newest entries away shows nothing, or what was before, and that is no chain with it."""
    _serve(monkeypatch, _served(length))
    code, text = await said(str(folder / "receipt.json"), "--from", "https://strip.example", *more)
    assert (code, text) == (exits.SOME_FAILED, "It does not hold: entry 3 is not in this part of the chain.\n")


async def test_a_server_that_changed_its_chain_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says now does not fit what was signed."""
    _serve(monkeypatch, _served(broken=True))
    code, text = await said(str(folder / "receipt.json"), "--from", "https://strip.example")
    assert code == exits.SOME_FAILED
    assert "does not" in text


def _serve(monkeypatch: pytest.MonkeyPatch, transport: httpx.MockTransport) -> None:
    client = httpx.AsyncClient
    monkeypatch.setattr(
        "cli.privacy_verify.httpx.AsyncClient", lambda **options: client(transport=transport, **options)
    )


async def test_what_cannot_be_read_is_no_verdict(folder: Path) -> None:
    """A missing file and flags that do not go together say so, and neither holds nor does not."""
    for words, text in (
        (["none.json", "--keys", "keys.json"], "cannot be read"),
        (["receipt.json", "--keys", "keys.json", "--whole-chain"], "--whole-chain reads from a server"),
        (["receipt.json", "--from", "https://a.example", "--chain", "first.json"], "--chain is for files"),
    ):
        with pytest.raises(CommandFault, match=text) as fault:
            await said(*(str(folder / word) if word.endswith(".json") else word for word in words))
        assert fault.value.exit_code == exits.USAGE


@pytest.mark.parametrize("address", ["https://host:abc", "https://host:99999", "https://", "strip.example"])
async def test_an_address_that_is_none_is_no_verdict(folder: Path, address: str) -> None:
    """It is named before anything is asked."""
    with pytest.raises(CommandFault, match="no web address") as fault:
        await said(str(folder / "receipt.json"), "--from", address)
    assert fault.value.exit_code == exits.USAGE


def _silent(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (_silent, "does not answer"),
        (lambda _: httpx.Response(503), "refuses /v1/privacy/receipt-keys: 503"),
        (lambda _: httpx.Response(404), "refuses /v1/privacy/receipt-keys: 404"),
    ],
)
async def test_a_server_that_tells_nothing_is_no_verdict(
    folder: Path, monkeypatch: pytest.MonkeyPatch, answer: Callable[[httpx.Request], httpx.Response], text: str
) -> None:
    """One that is silent or refuses has not said that the receipt is bad."""
    _serve(monkeypatch, httpx.MockTransport(answer))
    with pytest.raises(CommandFault, match=text) as fault:
        await said(str(folder / "receipt.json"), "--from", "https://strip.example")
    assert fault.value.exit_code == exits.NOT_RUNNING
