"""What is secret is written nowhere by whoever receives it, at a stack that tells all it ever tells."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.datamap.reading import read_map
from tests.stories.house import House, Listener, until
from tests.stories.songs import long_song

PROGRAM = Path(__file__).resolve().parents[2]
WRITTEN = ("logs", "nats", "postgres", "run", "stripe", "client")
"""Folders that are searched: all but sealed objects, the mail, and where secrets are kept."""


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that logs everything that it may ever log."""
    house = House(tmp_path_factory.mktemp("talkative") / "data", "--engine", "in_process", "--log-level", "debug")
    house.start()
    yield house
    house.stop()


def test_secrets_are_in_no_log_message_or_table(talkative: House) -> None:
    """Passwords, tokens, keys and codes that came in by the right doors and by wrong ones are found nowhere after."""
    listener = Listener(talkative)
    planted: dict[str, str] = {"password": listener.password}
    http = listener.http
    signed = http.post("/v1/auth/login", json={"email": listener.email, "password": listener.password}).json()
    planted |= {"access token": signed["access_token"], "refresh token": signed["refresh_token"]}
    planted["key"] = http.post("/v1/api-keys", json={"name": "nightly", "scopes": ["tracks:read"]}).json()["secret"]
    track_id = listener.add_track("planted title.flac", long_song(5))
    listener.wait(track_id)
    planted["share token"] = http.post(f"/v1/tracks/{track_id}/shares", json={}).json()["token"]
    planted["sign-in code"] = talkative.command("link").stdout.strip().rsplit("/", 1)[1]
    planted["reset code"] = _mailed_code(talkative, listener)
    answers = _at_wrong_doors(listener, planted)
    key_file = (talkative.data / "secrets" / "stripe-test-key").read_text().strip()
    planted |= {"payment key": key_file, "title": "planted title", "address": listener.email}
    user_id = http.get("/v1/me").json()["user_id"]
    http.close()
    talkative.stop()
    # That a search finds what is there is shown by what may be there.
    assert {place for place, _ in _places(talkative, user_id)} >= {"logs", "postgres"}
    found = [
        (name, path)
        for name, secret in planted.items()
        for folder, path in _places(talkative, secret)
        if not _is_its_place(name, folder)
    ]
    assert found == []
    assert [name for name, secret in planted.items() if name != "title" and secret in answers] == []
    assert len(planted) == 10


def test_every_file_of_the_data_folder_is_mapped(talkative: House) -> None:
    """Whatever a stack wrote while it worked lies where the data map says that something is kept."""
    patterns = [name for name in read_map(PROGRAM, "stack").of("files") if not name.startswith("/")]
    files = [path.relative_to(talkative.data) for path in talkative.data.rglob("*") if path.is_file()]
    assert len(files) > 50
    assert [str(path) for path in files if not any(_matches(path, pattern) for pattern in patterns)] == []
    assert not any(_matches(Path("previews/1.flac"), pattern) for pattern in patterns)


def _matches(path: Path, pattern: str) -> bool:
    """`**` stands for all below a folder."""
    if pattern.endswith("/**"):
        return path.parts[0] == pattern.removesuffix("/**")
    return path.match(pattern) and len(path.parts) == pattern.count("/") + 1


def _places(house: House, text: str) -> list[tuple[str, str]]:
    """Folders, and files in them, that hold a text."""
    files = [(folder, path) for folder in WRITTEN for path in (house.data / folder).rglob("*") if path.is_file()]
    held = [(folder, path) for folder, path in files if text.encode() in path.read_bytes()]
    return [(folder, str(path.relative_to(house.data))) for folder, path in held]


def _mailed_code(house: House, listener: Listener) -> str:
    """Of a mail that lets a password be chosen anew."""
    answer = listener.http.post("/v1/auth/password-reset", json={"email": listener.email})
    assert answer.is_success, answer.text
    mails: list[Path] = []

    def arrived() -> bool:
        mails[:] = [path for path in (house.data / "mail").rglob("*.eml") if b"/#/reset/" in path.read_bytes()]
        return bool(mails)

    until(arrived, 30, "the mail")
    found = re.search(r"/#/reset/([\w-]+)", mails[0].read_text())
    assert found
    return found[1]


def _at_wrong_doors(listener: Listener, planted: dict[str, str]) -> str:
    """Every secret where it does not belong; all that was answered."""
    told = []
    for secret in planted.values():
        anywhere = {"email": secret, "password": secret, "code": secret, "name": secret, "token": secret}
        doors = ("/v1/auth/login", "/v1/auth/link", "/v1/auth/refresh", "/v1/auth/email/verify", "/v1/api-keys")
        told += [listener.http.post(path, json=anywhere | {"scopes": [secret]}) for path in doors]
        told.append(listener.http.get("/v1/tracks", headers={"Authorization": f"Bearer {secret}x"}))
        told.append(
            listener.http.get("/v1/tracks", params={"sort": secret, "cursor": secret, secrets.token_hex(4): secret})
        )
        told.append(listener.http.get(f"/v1/tracks/{secret}"))
        told.append(
            listener.http.post("/v1/tracks", json={"upload_id": secret}, headers={"Idempotency-Key": secret[:64]})
        )
        told.append(listener.http.post("/v1/webhooks/stripe", content=secret, headers={"Stripe-Signature": secret}))
        told.append(listener.http.patch("/v1/me", content=secret, headers={"Content-Type": "application/json"}))
    return "\n".join(answer.text for answer in told if not answer.is_success)


def _is_its_place(name: str, folder: str) -> bool:
    """An address and a title are kept in the tables."""
    return folder == "postgres" and name in ("address", "title")
