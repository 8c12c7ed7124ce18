"""What guessers know, by the lists that come with auth and by a hoster's own."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.auth.clients import known_passwords
from services.auth.clients.known_passwords import HashFile, HashFileUnusable, ListedPasswords
from services.auth.domain.errors import HashingBusy


def lines(passwords: list[str], *, ending: str = "\r\n", count: bool = True) -> bytes:
    hashes = sorted(hashlib.sha1(each.encode(), usedforsecurity=False).hexdigest().upper() for each in passwords)
    told = [f"{digest}:{place * 37 + 1}" if count else digest for place, digest in enumerate(hashes)]
    return "".join(f"{line}{ending}" for line in told).encode()


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PassWord1",
        "P@ssw0rd2026!",
        "iloveyou",
        "Dragon12345!",
        "Fussball1!",
        "Michelle1987",
        "qwertzuiop",
        "1qaz2wsx3edc",
        "17.05.1987",
        "qwe12345",
        "!SU4un4er#",
        "$otto1948b",
        "violoncello",
        " Sunshine! ",
    ],
)
async def test_known_password(password: str) -> None:
    """Stolen ones, single words and names however decorated, dates and walks over the keyboard are known."""
    assert await ListedPasswords().has(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "nineteen-cellos",
        "kq7Rz2xv",
        "\U0001f3b8 drei \u00d6fen voll",
        "\u043c\u043e\u044f \u0441\u043e\u0431\u0430\u043a\u0430 \u043f\u043e\u0451\u0442",
        "4@8({[<369!1$5+7" * 16,
        "\n\x00\n\x00 of no text",
    ],
)
async def test_unknown_password(password: str) -> None:
    """Several words, letters by chance, other scripts and the longest there can be are not."""
    assert not await ListedPasswords().has(password)


async def test_comparisons_come_one_after_another_and_not_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """An estimate keeps everybody else of this process waiting, so who comes with too many others comes again."""
    begun, may_end, running = threading.Semaphore(0), threading.Event(), [0, 0]

    def estimate(_: str) -> dict[str, int]:
        running[0] += 1
        running[1] = max(running)
        begun.release()
        assert may_end.wait(20)
        running[0] -= 1
        return {"guesses": 10**9}

    monkeypatch.setattr(known_passwords, "zxcvbn", estimate)
    passwords = ListedPasswords(wait_s=20, waiting_max=2)
    comparing = [asyncio.create_task(passwords.has("nineteen-cello"))]
    try:
        assert await asyncio.to_thread(begun.acquire, timeout=20)
        comparing += [asyncio.create_task(passwords.has("nineteen-cello")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(HashingBusy):
            await asyncio.wait_for(passwords.has("nineteen-cello"), 1)
    finally:
        may_end.set()
    assert await asyncio.gather(*comparing) == [False] * 3
    assert running == [0, 1]
    await passwords.stop()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=40, unique=True), st.data())
def test_every_line_is_found_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], data: st.DataObject
) -> None:
    """Of a sorted file each hash is found, wherever its line is and however lines end, and what is not there is not."""
    path = tmp_path_factory.mktemp("hashes") / "pwned.txt"
    ending = data.draw(st.sampled_from(["\n", "\r\n"]))
    whole = lines(words, ending=ending, count=data.draw(st.booleans()))
    path.write_bytes(whole if data.draw(st.booleans()) else whole.rstrip())
    hashes = HashFile(path)
    assert [each for each in words if not hashes.has(each)] == []
    assert not hashes.has("a word of more than twelve characters")


async def test_a_hosters_file_counts_beside_the_lists(tmp_path: Path) -> None:
    """A password that only the file has is known."""
    path = tmp_path / "pwned.txt"
    path.write_bytes(lines(["nineteen-cellos", "twenty-trumpets"]))
    passwords = ListedPasswords(HashFile(path))
    assert await passwords.has("Nineteen-Cellos")
    assert not await passwords.has("eighteen-cellos")


SHUFFLED = b"".join(
    hashlib.sha1(bytes([each]), usedforsecurity=False).hexdigest().encode() + b":1\n" for each in range(200)
)
"""As a file sorted by how common passwords are."""


@pytest.mark.parametrize(
    "content", [b"", b"password\n", b"8846F7EAEE8FB117AD06BDD830B7586C:1\n", b"\x00" * 64, SHUFFLED]
)
def test_another_file_is_refused_at_the_start(tmp_path: Path, content: bytes) -> None:
    """An empty file, words, hashes of another kind or in no order find nothing, so auth does not start with them."""
    path = tmp_path / "other.txt"
    path.write_bytes(content)
    with pytest.raises(HashFileUnusable):
        HashFile(path)


async def test_a_file_that_goes_away_keeps_nobody_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without the file the lists still count, and the log says what is wrong, not of which password."""
    path = tmp_path / "pwned.txt"
    path.write_bytes(lines(["nineteen-cellos"]))
    passwords = ListedPasswords(HashFile(path))
    path.unlink()
    with caplog.at_level(logging.ERROR):
        assert not await passwords.has("nineteen-cellos")
        assert await passwords.has("password")
    assert [record.message for record in caplog.records] == ["file of breached passwords not read"]


@pytest.mark.parametrize("by_mv", [True, False])
async def test_a_file_that_takes_its_place_is_looked_at_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, by_mv: bool
) -> None:
    """One that is out of order would find nearly nothing: the log says so until a sorted one is there, no restart."""
    path, newer = tmp_path / "pwned.txt", tmp_path / "newer.txt"
    path.write_bytes(lines(["nineteen-cellos"]))
    passwords = ListedPasswords(HashFile(path))

    async def put(content: bytes) -> None:
        (newer if by_mv else path).write_bytes(content)
        if by_mv:
            newer.replace(path)

    with caplog.at_level(logging.ERROR):
        await put(SHUFFLED)
        for _ in range(2):
            assert not await passwords.has("nineteen-cellos")
        assert [record.message for record in caplog.records] == ["file of breached passwords not read"] * 2
        fields = vars(caplog.records[0])["fields"]
        assert "not sorted" in fields["reason"]
        assert "by mv" in fields["remedy"]
        caplog.clear()
        await put(lines(["twenty-trumpets"]))
        assert await passwords.has("twenty-trumpets")
        assert not await passwords.has("nineteen-cellos")
    assert caplog.records == []


def test_a_file_that_stays_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty looks at what has not changed would be more than the search itself."""
    path = tmp_path / "pwned.txt"
    path.write_bytes(lines(["nineteen-cellos"]))
    hashes = HashFile(path)
    monkeypatch.setattr(known_passwords, "_check_order", lambda _: pytest.fail("it has not changed"))
    assert hashes.has("nineteen-cellos")
