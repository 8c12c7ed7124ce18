"""What the gateway tells of limits is what the services hold to."""

from __future__ import annotations

from typing import Any

import pytest

from services.auth.domain.account import DISPLAY_NAME_CHARACTERS_MAX
from services.auth.domain.email_address import ADDRESS_CHARACTERS_MAX
from services.auth.domain.password import CHARACTERS_MAX, CHARACTERS_MIN
from services.library.app.list_tracks import PAGE_TRACKS_MAX
from services.library.domain.listing import TAG_CHARACTERS_MAX, TAGS_MAX
from services.library.domain.mixing import GAIN_DB_MAX, GAIN_DB_MIN
from services.library.domain.share import LIFE_MAX, LIFE_MIN, SHARES_MAX, VIEW_BYTES_MAX, VIEW_DEPTH_MAX
from services.library.domain.text import TITLE_CHARACTERS_MAX
from services.retention.domain.privacy_request import ADDRESS_CHARACTERS_MAX as REPLY_CHARACTERS_MAX
from services.retention.domain.privacy_request import TEXT_CHARACTERS_MAX
from tests.contract.openapi_document import document, operations


def member(body: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["schemas"][body]["properties"][name]
    return found


@pytest.mark.parametrize(
    ("body", "name", "word", "limit"),
    [
        ("SignUp", "email", "maxLength", ADDRESS_CHARACTERS_MAX),
        ("SignUp", "display_name", "maxLength", DISPLAY_NAME_CHARACTERS_MAX),
        ("Profile", "display_name", "maxLength", DISPLAY_NAME_CHARACTERS_MAX),
        ("TrackChange", "tags", "maxItems", TAGS_MAX),
        ("NewPrivacyRequest", "text", "maxLength", TEXT_CHARACTERS_MAX),
        ("StrangersRequest", "text", "maxLength", TEXT_CHARACTERS_MAX),
        ("StrangersRequest", "reply_to", "maxLength", REPLY_CHARACTERS_MAX),
        ("ShareRequest", "expires_in_s", "minimum", LIFE_MIN.total_seconds()),
        ("ShareRequest", "expires_in_s", "maximum", LIFE_MAX.total_seconds()),
    ],
)
def test_a_limit_is_the_services_own(body: str, name: str, word: str, limit: int) -> None:
    """A member takes what its service takes, and not a character more."""
    assert member(body, name)[word] == limit


@pytest.mark.parametrize(
    ("body", "name", "limits"),
    [
        ("SignUp", "password", (CHARACTERS_MIN, CHARACTERS_MAX)),
        ("NewTrack", "title", (TITLE_CHARACTERS_MAX,)),
        ("TrackChange", "title", (TITLE_CHARACTERS_MAX,)),
        ("ShareRequest", "view", (f"{VIEW_BYTES_MAX:,}", VIEW_DEPTH_MAX)),
        ("NewMix", "gains", (f"{GAIN_DB_MIN:.0f}", f"{GAIN_DB_MAX:.0f}")),
    ],
)
def test_a_limit_that_no_schema_says_is_in_words(body: str, name: str, limits: tuple[object, ...]) -> None:
    """What is cut, or refused for more than its length, says by how much."""
    assert [limit for limit in limits if str(limit) not in member(body, name)["description"]] == []


def test_limits_of_lists_and_links_are_told() -> None:
    """A page has as many tracks as the library gives, a tag as many characters, a track as many links."""
    told = {operation["operationId"]: operation for _, _, operation in operations()}
    limit = next(each for each in told["listTracks"]["parameters"] if each["name"] == "limit")
    assert limit["schema"]["maximum"] == PAGE_TRACKS_MAX
    assert member("TrackChange", "tags")["items"]["maxLength"] == TAG_CHARACTERS_MAX
    assert str(SHARES_MAX) in told["createShare"]["description"]
