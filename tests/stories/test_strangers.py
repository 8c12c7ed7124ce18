"""Nobody reaches what is another's, and nothing is answered without signing in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.paths import BUNDLED_SONG
from tests.stories.house import House, Listener
from tests.unit.library.pictures import png

PUBLIC = re.compile(
    r"^(/v1/auth/|/v1/shares/|/\.well-known/|/openapi\.json|/healthz|/readyz|/v1/models|/v1/billing/plans|/v1/webhooks/"
    r"|/v1/privacy/(policy|promises|receipt-keys|receipt-chain|closings/open|requests/(open|unsigned))$|/$)"
)
METHODS = ("get", "post", "patch", "put", "delete", "head")
Json = dict[str, Any]
# What a route asks for before it looks whose track it is.
BODIES: dict[str, Json] = {"/v1/tracks/{track_id}/mixes": {"format": "wav"}}
FILES = {("put", "/v1/tracks/{track_id}/cover"): png(9, 9)}


@pytest.fixture(scope="module")
def owned(house: House) -> Iterator[dict[str, str]]:
    """Ids of everything that one listener has."""
    owner = Listener(house)
    upload_id = owner.upload("waiting.ogg", BUNDLED_SONG.read_bytes())
    track_id = owner.add_track("First Light.ogg", BUNDLED_SONG.read_bytes())
    owner.wait(track_id)
    yield {"track_id": track_id, "upload_id": upload_id, "stem": "vocals", "extension": "flac", "index": "0"}
    owner.http.close()


def _operations(listener: Listener) -> list[tuple[str, str]]:
    document: Json = listener.http.get("/openapi.json").json()
    return [(method, path) for path, item in document["paths"].items() for method in item if method in METHODS]


def test_second_listener_reaches_nothing_of_the_first(listener: Listener, owned: dict[str, str]) -> None:
    """Every route that takes an id answers another listener with 404, whatever the method."""
    tried = 0
    for method, path in _operations(listener):
        names = re.findall(r"{(\w+)}", path)
        if not {"track_id", "upload_id"} & set(names):
            continue
        filled = re.sub(r"{(\w+)}", lambda match: owned.get(match[1], "0"), path)
        headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        if "uploads" not in path:
            headers = {}
        body: Json | None = BODIES.get(path, {}) if method in ("post", "patch") and not headers else None
        file = FILES.get((method, path))
        answer = listener.http.request(method.upper(), filled, headers=headers, json=body, content=file)
        assert answer.status_code == 404, f"{method} {path}: {answer.status_code} {answer.text[:200]}"
        tried += 1
    assert tried >= 12
    answer = listener.http.post("/v1/tracks", json={"upload_id": owned["upload_id"]})
    assert answer.status_code == 404
    assert owned["track_id"] not in listener.http.get("/v1/tracks").text
    assert listener.http.get("/v1/privacy/erasures").json()["erasures"] == []


def test_unsigned_requests_are_refused(house: House, listener: Listener, owned: dict[str, str]) -> None:
    """Every route but the few public ones answers 401 with a problem document when nobody is signed in."""
    operations = _operations(listener)
    del listener.http.headers["Authorization"]
    for method, path in operations:
        if PUBLIC.match(path):
            continue
        filled = re.sub(r"{(\w+)}", lambda match: owned.get(match[1], "0"), path)
        answer = listener.http.request(method.upper(), filled)
        assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
        if method != "head":
            assert answer.headers["content-type"].startswith("application/problem+json")
