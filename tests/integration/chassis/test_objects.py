"""One suite for object storage, run on a folder and on S3."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from chassis.objects import ObjectMissing, StoredObjects, open_objects

BUCKET = "songs"


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """An S3 server on this machine with one bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    with contextlib.closing(http.client.HTTPConnection(host, port)) as connection:
        connection.request("PUT", f"/{BUCKET}")
        assert connection.getresponse().status == 200
    yield address
    server.stop()


@pytest.fixture(params=["folder", "s3", "s3 with a prefix"])
def objects(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoredObjects:
    """Empty object storage of each kind."""
    if request.param == "folder":
        return open_objects(f"file://{tmp_path}/objects")
    prefix = f"/{uuid.uuid4().hex}" if "prefix" in request.param else ""
    environment = {
        "AWS_ENDPOINT_URL": request.getfixturevalue("s3_address"),
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_ALLOW_HTTP": "true",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return open_objects(f"s3://{BUCKET}{prefix}")


def _name(tail: str) -> str:
    return f"{uuid.uuid4().hex}/{tail}"


async def test_put_and_get(objects: StoredObjects) -> None:
    """What is put is got, whole, also when it replaces another, is empty, or is large."""
    name = _name("000000/vocals")
    for data in (b"first", b"second", b"", bytes(range(256)) * 40_000):
        await objects.put(name, data)
        assert await objects.get(name) == data


async def test_missing(objects: StoredObjects) -> None:
    """A missing object is said to be missing, and removing it is no fault."""
    name = _name("none")
    with pytest.raises(ObjectMissing):
        await objects.get(name)
    assert not await objects.delete(name)


async def test_delete(objects: StoredObjects) -> None:
    """A removed object is gone, and its neighbour is not."""
    name, neighbour = _name("a"), _name("b")
    await objects.put(name, b"a")
    await objects.put(neighbour, b"b")
    assert await objects.delete(name)
    with pytest.raises(ObjectMissing):
        await objects.get(name)
    assert await objects.get(neighbour) == b"b"


async def test_delete_prefix(objects: StoredObjects) -> None:
    """Removing a prefix removes all below it at any depth, tells how many, and spares names that only begin alike."""
    prefix = uuid.uuid4().hex
    names = [f"{prefix}/{index:03d}/{stem}" for index in range(260) for stem in ("vocals", "drums")]
    await asyncio.gather(*(objects.put(name, b"x") for name in names))
    await objects.put(f"{prefix}0/vocals", b"spared")
    assert sorted([name async for name in objects.names(prefix)]) == sorted(names)
    assert await objects.delete_prefix(prefix) == len(names)
    assert await objects.delete_prefix(prefix) == 0
    assert [name async for name in objects.names(prefix)] == []
    assert await objects.get(f"{prefix}0/vocals") == b"spared"


async def test_many_at_once(objects: StoredObjects) -> None:
    """Many writers and readers at once get each their own."""
    names = [_name(str(number)) for number in range(40)]
    await asyncio.gather(*(objects.put(name, name.encode()) for name in names))
    assert await asyncio.gather(*(objects.get(name) for name in names)) == [name.encode() for name in names]
