"""What is held of a person, asked by themselves."""

from __future__ import annotations

import asyncio

import httpx

from services.gateway.api.census_routes import AT_ONCE_PER_PERSON
from services.gateway.api.cookies import PATHS
from services.gateway.api.held_cookies import held_cookies
from tests.integration.datamap.maps import map_of
from tests.integration.gateway.conftest import OWNER, Door
from tests.integration.gateway.fake_census import EXAMPLE

CENSUS = "/v1/privacy/census"


async def test_a_census_is_the_askers_own(door: Door) -> None:
    """Retention is asked about whoever asks, and what it says is told with its words, and who could not be asked."""
    answer = await door.http.get(CENSUS, headers=door.bearer())
    told = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert {name: told[name] for name in ("asked_at", "held", "away")} == {
        name: EXAMPLE[name] for name in ("asked_at", "held", "away")
    }
    assert door.census.asked == [OWNER]


async def test_a_kind_without_words_is_told_by_its_name(door: Door) -> None:
    """What retention has no words for comes with null in their place, and so does a moment that nothing tells."""
    (held,) = door.census.answer.held
    for name in ("title", "use", "oldest", "newest"):
        held.ClearField(name)
    held.kept.ClearField("text")
    (told,) = (await door.http.get(CENSUS, headers=door.bearer())).json()["held"]
    assert [told[name] for name in ("title", "use", "oldest_at", "newest_at")] == [None] * 4
    assert told["kept"] == {"word": "until_deleted", "text": None}


async def test_no_key_and_no_stranger_asks(door: Door) -> None:
    """How much is held of somebody takes a session, and no key of whatever scope."""
    _, secret = door.api_keys.add(OWNER, "tracks:read", "billing:read")
    by_key = await door.http.get(CENSUS, headers={"Authorization": f"Bearer {secret}"})
    assert (by_key.status_code, by_key.json()["reason"]) == (403, "SESSION_REQUIRED")
    assert (await door.http.get(CENSUS)).status_code == 401
    assert door.census.asked == []


async def test_only_so_many_count_at_once(door: Door) -> None:
    """Who is being counted for as often as one may is refused in time, and served again once that is done."""
    door.census.going_on.clear()
    asking = [asyncio.create_task(door.http.get(CENSUS, headers=door.bearer())) for _ in range(AT_ONCE_PER_PERSON)]
    for _ in asking:
        await asyncio.wait_for(door.census.came.acquire(), 20)
    refused = await door.http.get(CENSUS, headers=door.bearer())
    assert (refused.status_code, refused.json()["reason"]) == (429, "TOO_MANY_AT_ONCE")
    door.census.going_on.set()
    answers: list[httpx.Response] = await asyncio.gather(*asking)
    assert [answer.status_code for answer in answers] == [200] * AT_ONCE_PER_PERSON
    assert (await door.http.get(CENSUS, headers=door.bearer())).status_code == 200


async def test_a_retention_that_is_away_is_told(door: Door) -> None:
    """Without retention nothing can be counted: that is an outage to come back after, and no empty answer."""
    await door.servers["retention"].stop()
    answer = await door.http.get(CENSUS, headers=door.bearer())
    assert answer.status_code in (503, 504)
    assert "retry-after" in answer.headers


def test_cookies_are_told_as_the_data_map_has_them() -> None:
    """Every cookie that can be set is told, with the class and the words of the data map, in both languages."""
    mapped = map_of("gateway").of("cookies")
    told = dict(held_cookies(is_secure=True)) | dict(held_cookies(is_secure=False))
    assert told.keys() == set(PATHS)
    for name, cookie in told.items():
        assert (cookie.data_class, cookie.text["en"]) == (mapped[name].data_class, mapped[name].kept)
        assert cookie.text["de"]
