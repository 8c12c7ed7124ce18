"""Uploads read under a grant."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.objects import open_objects
from chassis.sealing import new_key, seal, unseal
from services.separation.clients.sealed_objects import SealedStems, SealedUploads
from services.separation.domain.errors import UploadGone
from services.separation.domain.job import UploadGrant, UploadPart

DATA = bytes(range(256)) * 4


async def stored(folder: Path, cuts: list[int]) -> UploadGrant:
    objects, key, parts = open_objects(f"file://{folder}"), new_key(), []
    bounds = [0, *sorted({cut for cut in cuts if 0 < cut < len(DATA)}), len(DATA)]
    for start, stop in pairwise(bounds):
        name = f"uploads/upl_1/{start:020d}"
        await objects.put(name, seal(key, name, DATA[start:stop]))
        parts.append(UploadPart(name, start, stop - start))
    return UploadGrant("upl_1", len(DATA), key, tuple(reversed(parts)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cuts=st.lists(st.integers(1, 1023), max_size=5),
    reads=st.lists(st.tuples(st.integers(0, 1023), st.integers(1, 1024)), max_size=6),
)
async def test_any_read_gives_the_uploads_bytes(tmp_path: Path, cuts: list[int], reads: list[tuple[int, int]]) -> None:
    """However an upload is cut into parts, every read within it gives exactly its bytes."""
    grant = await stored(tmp_path, cuts)
    source = SealedUploads(open_objects(f"file://{tmp_path}")).open(grant)
    for offset, length in reads:
        wanted = DATA[offset : offset + length]
        if wanted:
            assert await source.read(offset, len(wanted)) == wanted


async def test_a_part_is_kept_for_who_comes_back_and_not_for_who_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that goes on holds one part; one that goes to and fro between two places fetches each of them once."""
    grant = await stored(tmp_path, [256, 512])
    objects, fetched = open_objects(f"file://{tmp_path}"), list[int]()
    fetch = objects.get

    async def get(name: str) -> bytes:
        fetched.append(int(name.rpartition("/")[2]))
        return await fetch(name)

    monkeypatch.setattr(objects, "get", get)
    source = SealedUploads(objects).open(grant)
    for offset in (0, 100, 256, 512):
        await source.read(offset, 10)
    assert fetched == [0, 256, 512]
    for offset in (0, 600, 10, 700):
        await source.read(offset, 10)
    assert fetched[3:] == [0]
    await source.read(256, 10)
    await source.read(0, 10)
    assert fetched[4:] == [256, 0]


async def test_erased_and_unreadable_uploads_are_gone(tmp_path: Path) -> None:
    """An upload whose object or key is no more is gone, and a grant shows no key."""
    grant = await stored(tmp_path, [])
    objects = open_objects(f"file://{tmp_path}")
    stranger = UploadGrant(grant.upload_id, grant.length_bytes, new_key(), grant.parts)
    with pytest.raises(UploadGone):
        await SealedUploads(objects).open(stranger).read(0, 1)
    await objects.delete(grant.parts[0].object_name)
    with pytest.raises(UploadGone):
        await SealedUploads(objects).open(grant).read(0, 1)
    assert repr(grant.object_key) not in repr(grant)


async def test_stems_are_sealed_under_keys_of_their_own(tmp_path: Path) -> None:
    """Each stored object opens under its own key and name only."""
    objects = open_objects(f"file://{tmp_path}")
    stems = SealedStems(objects)
    one, other = [await stems.seal(f"stems/{name}", b"sound") for name in "ab"]
    await stems.put(one)
    assert one.object_key != other.object_key
    assert one.size_bytes == 5
    assert repr(one.object_key) not in repr(one)
    assert unseal(one.object_key, "stems/a", await objects.get("stems/a")) == b"sound"


async def test_a_stem_may_be_put_again(tmp_path: Path) -> None:
    """Every try at one stem stores the same bytes: whichever is applied last, its one key opens them."""
    objects = open_objects(f"file://{tmp_path}")
    stems = SealedStems(objects)
    sealed = await stems.seal("stems/a", b"sound")
    stored = []
    for _ in range(2):
        await stems.put(sealed)
        stored.append(await objects.get("stems/a"))
    assert stored[0] == stored[1]
    assert unseal(sealed.object_key, "stems/a", stored[1]) == b"sound"
