"""The page has words for whatever an erasure may count."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.contract.counted_kinds import Unread, kinds, kinds_of

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
WORDS = ROOT / "web" / "src" / "i18n"


def test_each_service_s_kinds_are_found() -> None:
    """One of each service that counts, named in each of the ways in which they are: the test below can fail."""
    named = {"passkeys", "sessions", "segments", "uploads", "keys", "jobs", "checkout_orders", "customers"}
    assert kinds(SERVICES) >= named | {"provider_customers", "reservations", "evidence"}


@pytest.mark.parametrize(
    "counting",
    [
        'async def f(tx): await ErasedPeople(tx.connection).count("u", {"songs": 1})',
        'async def f(self): await self._erased.count("u", {"songs": 1})',
        'async def f(ports): await ports.store.note_erased("u", {"songs": 1})',
    ],
)
def test_whatever_counts_is_found_and_nothing_beside_it(counting: str) -> None:
    """However the count is reached; a key of another dictionary in the same file is no kind."""
    assert kinds_of(f'OTHER = {{"colour": 1}}\n{counting}') == {"songs"}


def test_a_kind_that_cannot_be_read_fails() -> None:
    """Nothing that is counted is passed over in silence."""
    with pytest.raises(Unread):
        kinds_of('async def f(self): await self._erased.count("u", made_elsewhere())')


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_has_words_for_whatever_an_erasure_counts(language: str) -> None:
    """Each kind that a service may tell is named in this language, and nothing that none tells."""
    text = (WORDS / language / "closing.ts").read_text(encoding="utf-8")
    (body,) = re.findall(r"^  kinds: \{\n(.*?)^  \}", text, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^    (\w+):", body, re.MULTILINE)) == kinds(SERVICES)
