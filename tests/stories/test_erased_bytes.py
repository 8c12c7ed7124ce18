"""What is left of somebody on the disk, once their account is erased: looked for byte by byte."""

from __future__ import annotations

import contextlib
import itertools
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import asyncpg
import httpx
import pytest

from chassis import sealing
from chassis.sealing import SealBroken
from services.library.store.keys import KeyRing
from stack import postgres
from stack.secrets import MASTER_KEY, secret
from tests.stories.house import House, Json, Listener, until
from tests.stories.songs import noise_wav

SONG_S = 8.0
OVER_S = 120.0


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[House]:
    """A house of its own, which is searched to the last byte."""
    house = House(tmp_path / "data", "--engine", "in_process")
    house.start()
    yield house
    house.stop()


class Planted:
    """Somebody of whom everything is told apart from what anybody else has."""

    def __init__(self, house: House) -> None:
        mark = secrets.token_hex(8)
        self.listener = Listener(house)
        self.song = noise_wav(SONG_S, seed=61)
        self.words = {
            name: f"{name} {mark}"
            for name in ("person", "title", "artist", "tag", "file", "key", "link", "wish", "street")
        }
        self._fill(house)

    @property
    def needles(self) -> Mapping[str, bytes]:
        """What must be found nowhere."""
        texts = {name: text.encode() for name, text in self.words.items()} | {"address": self.listener.email.encode()}
        # Of its middle, where no header is.
        return texts | {"audio": self.song[400_000:400_032]}

    def _fill(self, house: House) -> None:
        http, words = self.listener.http, self.words
        assert http.patch("/v1/me", json={"display_name": words["person"]}).is_success
        self.track_id = self.listener.add_track(f"{words['file']}.wav", self.song)
        self.listener.wait(self.track_id)
        known = {"title": words["title"], "artist": words["artist"], "tags": [words["tag"]]}
        assert http.patch(f"/v1/tracks/{self.track_id}", json=known).is_success
        for path, body in (
            ("/v1/api-keys", {"name": words["key"], "scopes": ["tracks:read"]}),
            (f"/v1/tracks/{self.track_id}/shares", {}),
            ("/v1/privacy/requests", {"kind": "question", "text": words["wish"]}),
            ("/v1/auth/password-reset", {"email": self.listener.email}),
        ):
            answer = http.post(path, json=body)
            assert answer.is_success, answer.text
        self._pay(house)

    def _pay(self, house: House) -> None:
        """On the stand-in's page, where no money moves, with a billing address."""
        answer = self.listener.http.post("/v1/billing/checkout", json={"price": "stripsession_pro_monthly"})
        assert answer.is_success, answer.text
        filled = {"action": "pay", "card": "success", "line1": self.words["street"], "country": "DE"}
        assert httpx.post(answer.json()["url"], data=filled, timeout=60).is_redirect
        until(lambda: self.listener.http.get("/v1/billing/invoices").json()["invoices"], 60, "the invoice")


@pytest.mark.timeout(300)
async def test_nothing_of_whoever_is_erased_is_on_the_disk(shop: House, tmp_path: Path) -> None:
    """Sound, names, e-mail and words are found nowhere afterwards; a copy of the storage from before stays closed."""
    planted, other = Planted(shop), Listener(shop)
    other.wait(other.add_track("other.wav", noise_wav(SONG_S, seed=62)))
    mail = shop.data / "mail"
    until(lambda: _holding(mail, planted.needles["address"]), 30, "the mail")
    copy = tmp_path / "copy"
    shutil.copytree(shop.data / "objects" / "stems", copy / "stems")
    before = await _opened(shop, copy)
    theirs = {name for name in before if planted.track_id not in name}
    assert theirs < before
    assert theirs
    await _write_out(shop)
    # That a search finds what is there is shown by what is there; the sound is sealed from the beginning.
    found = {name for name, needle in planted.needles.items() if _holding(shop.data, needle)}
    assert found >= {"person", "title", "artist", "tag", "key", "wish", "address"}
    assert "audio" not in found

    witness = await _closed(shop, planted.listener)
    assert await _opened(shop, copy) == theirs
    await _write_out(shop)
    planted.listener.http.close()
    other.http.close()
    shop.stop()
    left = {name: _holding(shop.data, needle) for name, needle in planted.needles.items()}
    # On the invoice, which the provider keeps as payment records are kept.
    assert left.pop("street") == ["stripe/account.json"]
    assert {name: files for name, files in left.items() if files} == {}
    _verify(shop, witness, tmp_path)


async def _closed(house: House, listener: Listener) -> Mapping[str, bytes]:
    """Close the account at once, and follow it to its end: the receipt, and what it is verified with."""
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    answer = listener.http.post("/v1/account/closing", json={"at_once": True}, headers=headers)
    assert answer.is_success, answer.text
    token = answer.json()["token"]
    until(lambda: listener.http.get("/v1/me").status_code == 401, 30, "the sessions to end")
    async with _as_superuser(house) as connection:
        # As if the ten minutes had passed for which an ended session's last token may be about: auth waits for them.
        ended = "UPDATE auth.sessions SET ended_at = ended_at - interval '1 hour' WHERE ended_at IS NOT NULL"
        assert await connection.execute(ended) != "UPDATE 0"
    del listener.http.headers["Authorization"]

    def over() -> Json | None:
        told: Json = listener.http.post("/v1/privacy/closings/open", json={"token": token}).json()
        return told if told["state"] == "over" else None

    told = until(over, OVER_S, "the erasure to be over")
    keys, chain = (listener.http.get(f"/v1/privacy/receipt-{name}").content for name in ("keys", "chain"))
    return {"receipt": told["receipt"].encode(), "keys": keys, "chain": chain}


def _verify(house: House, witness: Mapping[str, bytes], folder: Path) -> None:
    """With files alone, and nothing running; a byte that was changed in either is seen."""
    paths = {name: folder / f"{name}.json" for name in witness}
    command = ("privacy", "verify", paths["receipt"], "--keys", paths["keys"], "--chain", paths["chain"])

    def code() -> int:
        return house.command(*map(str, command)).returncode

    def write() -> None:
        for name, data in witness.items():
            paths[name].write_bytes(data)

    write()
    assert code() == 0
    for name in ("receipt", "chain"):
        changed = bytearray(witness[name])
        # A digit of a count or of a hash, wherever it is: the file stays one that can be read.
        at = next(at for at in range(len(changed) // 2, len(changed)) if chr(changed[at]).isdigit())
        changed[at] = ord("1") if changed[at] != ord("1") else ord("2")
        paths[name].write_bytes(changed)
        assert code() == 1, name
        write()


async def _opened(house: House, copy: Path) -> set[str]:
    """Objects of a copy of the storage that any key of today opens, whosever it is."""
    ring = KeyRing((house.data / "secrets" / MASTER_KEY).read_bytes())
    async with _as_superuser(house) as connection:
        await connection.execute("SET search_path TO library")
        owners = [row["owner_id"] for row in await connection.fetch("SELECT owner_id FROM user_keys")]
        user_keys = [key for owner_id in owners if (key := await ring.user_key(connection, owner_id))]
        rows = await connection.fetch("SELECT object_name, wrapped_key FROM segment_stems")
    keys = [*user_keys]
    for row, user_key in itertools.product(rows, user_keys):
        with contextlib.suppress(SealBroken):
            keys.append(KeyRing.unwrap(user_key, row["object_name"], row["wrapped_key"]).material)
    return {name for name, sealed in _objects(copy).items() if any(_opens(key, name, sealed) for key in keys)}


def _objects(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _opens(key: bytes, name: str, sealed: bytes) -> bool:
    with contextlib.suppress(SealBroken):
        return bool(sealing.unseal(key, name, sealed))
    return False


async def _write_out(house: House) -> None:
    """Have PostgreSQL write its tables anew, without what was removed, and let go of its log of writes."""
    async with _as_superuser(house) as connection:
        await connection.execute("ANALYZE")
        await connection.execute("VACUUM FULL")
        for _ in range(2):
            await connection.execute("CHECKPOINT")
            await connection.execute("SELECT pg_switch_wal()")
        await connection.execute("CHECKPOINT")


@contextlib.asynccontextmanager
async def _as_superuser(house: House) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    state = house.state()
    assert state is not None
    password = secret(house.data / "secrets", "postgres")
    address = f"postgresql://postgres:{password}@127.0.0.1:{state['ports']['postgres']}/{postgres.DATABASE}"
    connection = await asyncpg.connect(address)
    try:
        yield connection
    finally:
        await connection.close()


def _holding(folder: Path, needle: bytes) -> list[str]:
    """Files below a folder that hold some bytes; one may go while it is looked for."""
    held = []
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            if path.is_file() and needle in path.read_bytes():
                held.append(str(path.relative_to(folder)))
    return held
