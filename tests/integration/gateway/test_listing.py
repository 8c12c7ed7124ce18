"""The library's view over real HTTP: sort, tags, key, tempo and cover."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.gateway.api.cover_routes import COVER_BYTES_MAX
from stripsession.library.v1 import track_pb2
from stripsession.separation.v1 import job_pb2
from tests.integration.gateway.conftest import OWNER, Door
from tests.integration.gateway.test_routes import check_problem, check_schema


async def test_a_list_tells_tags_key_tempo_and_cover(door: Door) -> None:
    """Each track of a page has what a library shows of it, and null where there is nothing."""
    known = door.library.add_track(OWNER, tags=["Live"], bpm=92.5, key="A minor", has_cover=True)
    door.library.add_track(OWNER)
    page = (await door.http.get("/v1/tracks", headers=door.bearer())).json()
    check_schema(door, "TrackPage", page)
    told, plain = ({name: one[name] for name in ("tags", "tempo_bpm", "key", "cover_url")} for one in page["tracks"])
    cover_url = f"/v1/tracks/{known.track_id}/cover"
    assert told == {"tags": ["Live"], "tempo_bpm": 92.5, "key": "A minor", "cover_url": cover_url}
    assert plain == {"tags": [], "tempo_bpm": None, "key": None, "cover_url": None}


async def test_a_list_is_sorted_and_filtered(door: Door) -> None:
    """`sort` and `tag` reach the library; a sort that is none is refused."""
    for title in ("b", "a", "c"):
        door.library.add_track(OWNER, tags=["Live"] if title != "c" else []).title = title

    async def titles(**query: str) -> list[str]:
        answer = await door.http.get("/v1/tracks", params=query, headers=door.bearer())
        return [track["title"] for track in answer.json()["tracks"]]

    assert await titles(sort="title") == ["a", "b", "c"]
    assert await titles(sort="title", tag="Live") == ["a", "b"]
    assert await titles(sort="newest") == await titles() == ["b", "a", "c"]
    answer = await door.http.get("/v1/tracks", params={"sort": "oldest"}, headers=door.bearer())
    check_problem(answer, 422, "INVALID_FIELD")


async def test_a_list_tells_how_far_each_track_is(door: Door) -> None:
    """One question to separation for all of a page that are on their way, and null for those that have ended."""
    moving = [door.library.add_track(OWNER, track_pb2.TRACK_STATE_SEPARATING, playable_samples=88200) for _ in range(3)]
    ready = door.library.add_track(OWNER)
    for track, eta_s, ahead in [(moving[0], 9.5, 0), (moving[1], None, 3)]:
        door.jobs.jobs[track.track_id] = job_pb2.Job(
            track_id=track.track_id, total_samples=441000, sample_rate_hz=44100, eta_s=eta_s, jobs_ahead=ahead
        )
    page = (await door.http.get("/v1/tracks", headers=door.bearer())).json()
    check_schema(door, "TrackPage", page)
    assert [track["progress"] for track in page["tracks"]] == [
        {"percent": 20.0, "eta_s": 9.5, "jobs_ahead": 0},
        {"percent": 20.0, "eta_s": None, "jobs_ahead": 3},
        None,
        None,
    ]
    assert door.jobs.asked == [[track.track_id for track in moving]]
    names = f"{moving[1].track_id},{ready.track_id},trk_nobodyhas"
    now = (await door.http.get("/v1/progress", params={"tracks": names}, headers=door.bearer())).json()
    check_schema(door, "TracksNow", now)
    assert now["tracks"] == [page["tracks"][1], page["tracks"][3]]
    assert door.jobs.asked[1:] == [[moving[1].track_id]]


async def test_a_list_answers_without_separation(door: Door) -> None:
    """Separation is away, or has nothing to do: the tracks come all the same, and nobody is asked in vain."""
    track = door.library.add_track(OWNER, track_pb2.TRACK_STATE_SEPARATING)
    door.jobs.is_away = True
    for path in ("/v1/tracks", f"/v1/progress?tracks={track.track_id}"):
        answer = await door.http.get(path, headers=door.bearer())
        assert [told["progress"] for told in answer.json()["tracks"]] == [None], path
    door.jobs.asked.clear()
    track.state = track_pb2.TRACK_STATE_READY
    await door.http.get("/v1/tracks", headers=door.bearer())
    assert door.jobs.asked == []


@pytest.mark.parametrize("names", ["trk_1", "x", ",", "trk_12345678,", ",".join(["trk_12345678"] * 51)])
async def test_what_names_no_tracks_is_refused(door: Door, names: str) -> None:
    """Too many, or what is no name, is 422 and asks nobody; nothing named is nothing told."""
    check_problem(
        await door.http.get("/v1/progress", params={"tracks": names}, headers=door.bearer()), 422, "INVALID_FIELD"
    )
    assert (await door.http.get("/v1/progress", headers=door.bearer())).json() == {"tracks": []}
    assert door.library.asked == []


async def test_any_place_of_a_list_is_read_at_once(door: Door) -> None:
    """`offset` reaches the library, and each page tells the total."""
    for title in "abcde":
        door.library.add_track(OWNER).title = title
    for query, titles in [
        ("offset=3&limit=2", "de"),
        ("offset=9", ""),
        ("limit=1", "a"),
        ("cursor=1&offset=1&limit=1", "c"),
    ]:
        page = (await door.http.get(f"/v1/tracks?{query}", headers=door.bearer())).json()
        assert ("".join(track["title"] for track in page["tracks"]), page["total"]) == (titles, 5), query


async def test_tags_are_told_with_their_numbers(door: Door) -> None:
    """Each tag of the person's tracks, with how many have it."""
    door.library.add_track(OWNER, tags=["Live", "Practice"])
    door.library.add_track(OWNER, tags=["Live"])
    door.library.add_track("usr_another", tags=["Mine"])
    told = (await door.http.get("/v1/tags", headers=door.bearer())).json()
    check_schema(door, "TagList", told)
    assert told == {"tags": [{"tag": "Live", "tracks": 2}, {"tag": "Practice", "tracks": 1}]}


async def test_an_empty_parameter_is_as_good_as_absent(door: Door) -> None:
    """Texts, numbers and words of a few are all left open by an empty parameter, in lists and in downloads."""
    track = door.library.add_track(OWNER)
    plain, empty = [
        await door.http.get(f"/v1/tracks{query}", headers=door.bearer())
        for query in ("", "?q=&tag=&sort=&cursor=&offset=&limit=")
    ]
    assert (empty.status_code, empty.json()) == (200, plain.json())
    for path in ("manifest?from=", "mix.flac?stems=&gains=&pans=&preset=&depth=&speed="):
        answer = await door.http.get(f"/v1/tracks/{track.track_id}/{path}", headers=door.bearer())
        assert answer.status_code == 200, path


async def test_tags_are_changed_as_a_whole(door: Door) -> None:
    """PATCH replaces all tags, also by none, and leaves them when it does not name them."""
    path = f"/v1/tracks/{door.library.add_track(OWNER).track_id}"

    async def changed(**body: object) -> list[str]:
        answer = await door.http.patch(path, json=body, headers=door.bearer())
        check_schema(door, "Track", answer.json())
        return list(answer.json()["tags"])

    assert await changed(tags=["Live", "Practice"]) == ["Live", "Practice"]
    assert await changed(title="Other") == ["Live", "Practice"]
    assert await changed(tags=None) == ["Live", "Practice"]
    assert await changed(tags=[]) == []


@pytest.mark.parametrize("tags", ["Live", [""], [7], ["x" * 41], ["a\x00b"], ["x"] * 21, {"a": 1}], ids=repr)
async def test_tags_of_another_shape_are_refused(door: Door, tags: object) -> None:
    """No list, a text that is none, empty or too long, or too many: 422, and no service is asked."""
    path = f"/v1/tracks/{door.library.add_track(OWNER).track_id}"
    check_problem(await door.http.patch(path, json={"tags": tags}, headers=door.bearer()), 422, "INVALID_FIELD")
    assert door.library.asked == []


async def test_a_cover_is_a_picture_or_not_found(door: Door) -> None:
    """The cover comes with its type and an ETag, is kept privately, and 304 when held already."""
    track = door.library.add_track(OWNER, has_cover=True)
    path = f"/v1/tracks/{track.track_id}/cover"
    cover = await door.http.get(path, headers=door.bearer())
    assert (cover.content, cover.headers["content-type"]) == (b"\x89PNG cover", "image/png")
    assert cover.headers["cache-control"].startswith("private")
    assert cover.headers["x-content-type-options"] == "nosniff"
    held = {**door.bearer(), "If-None-Match": cover.headers["etag"]}
    assert (await door.http.get(path, headers=held)).status_code == 304
    track.has_cover = False
    check_problem(await door.http.get(path, headers=door.bearer()), 404, "COVER_NOT_FOUND")


async def test_a_cover_is_set_and_removed(door: Door) -> None:
    """A picture becomes the cover, each under an address of its own, whatever its type says; it can be removed."""
    track = door.library.add_track(OWNER)
    path = f"/v1/tracks/{track.track_id}/cover"
    addresses = []
    for picture in (b"one", b"another"):
        answer = await door.http.put(path, content=picture, headers=door.bearer() | {"Content-Type": "text/html"})
        assert answer.status_code == 200
        addresses.append(answer.json()["cover_url"])
    assert addresses == [f"{path}?version=version-3", f"{path}?version=version-7"]
    assert (await door.http.get(addresses[1], headers=door.bearer())).status_code == 200
    for _ in range(2):
        assert (await door.http.delete(path, headers=door.bearer())).status_code == 204
    assert (await door.http.get(f"/v1/tracks/{track.track_id}", headers=door.bearer())).json()["cover_url"] is None


async def test_a_cover_is_bounded_on_its_way(door: Door) -> None:
    """Four MiB are taken; of more, nothing reaches the library, whether its length is announced or not."""
    track = door.library.add_track(OWNER)
    path = f"/v1/tracks/{track.track_id}/cover"
    assert (await door.http.put(path, content=bytes(COVER_BYTES_MAX), headers=door.bearer())).status_code == 200

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield bytes(COVER_BYTES_MAX // 4)

    for content in (bytes(COVER_BYTES_MAX + 1), unannounced()):
        check_problem(await door.http.put(path, content=content, headers=door.bearer()), 413, "BODY_TOO_LARGE")
    assert track.cover_version == f"version-{COVER_BYTES_MAX}"
