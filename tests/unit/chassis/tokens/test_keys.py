"""How an issuer's keys are kept, and how seldom it is asked for them."""

from __future__ import annotations

import asyncio
import json

import pytest

from chassis.tokens.errors import KeysAway
from chassis.tokens.key_document import DOCUMENT_BYTES_MAX, KEYS_MAX, DocumentUnusable, keys_of
from chassis.tokens.keys import UNKNOWN_MAX, Keys, Times
from tests.unit.chassis.tokens.makers import Maker, built_in, clerk, openid, rsa_key

TIMES = Times(fresh_s=300, refetch_s=10, retry_s=1, unknown_s=30, stale_s=86400)


class Issuer:
    """Tells a document, or is away, and counts."""

    def __init__(self) -> None:
        self.entries = [clerk().entry()]
        self.document: str | None = None
        self.is_away = False
        self.wanted: list[str] = []
        self.now_s = 0.0
        self.answers = asyncio.Event()
        self.answers.set()
        self.keys = Keys(self.fetch, frozenset({"RS256"}), issuer="the issuer", times=TIMES, now_s=lambda: self.now_s)

    async def fetch(self, deadline_s: float, kid: str) -> str:
        self.wanted.append(kid)
        await self.answers.wait()
        if self.is_away:
            raise KeysAway("away")
        return self.document if self.document is not None else json.dumps({"keys": self.entries})

    async def knows(self, kid: str) -> bool:
        return await self.keys.key(kid, "RS256") is not None


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


async def test_keys_are_fetched_once_while_fresh(issuer: Issuer) -> None:
    """Nothing is fetched before the first token, one document serves many, and after five minutes it is read anew."""
    assert issuer.wanted == []
    for _ in range(5):
        assert await issuer.knows("key-1")
    issuer.now_s = 299.0
    assert await issuer.knows("key-1")
    assert len(issuer.wanted) == 1
    issuer.now_s = 300.0
    assert await issuer.knows("key-1")
    assert len(issuer.wanted) == 2


async def test_many_at_once_are_one_fetch(issuer: Issuer) -> None:
    """However many tokens wait for keys, the issuer is asked once."""
    issuer.answers.clear()
    waiting = [asyncio.create_task(issuer.knows("key-1")) for _ in range(50)]
    await asyncio.wait(waiting, timeout=0)
    issuer.answers.set()
    assert all(await asyncio.gather(*waiting))
    assert len(issuer.wanted) == 1


async def test_unknown_key_ids_cost_one_fetch_in_a_while(issuer: Issuer) -> None:
    """A thousand invented key ids within ten seconds cause no fetch, and each ten seconds one at most."""
    await issuer.knows("key-1")
    for number in range(1000):
        assert not await issuer.knows(f"no-{number}")
    assert len(issuer.wanted) == 1
    for tick in range(1, 6):
        issuer.now_s = tick * 10.0
        for number in range(100):
            assert not await issuer.knows(f"no-{tick}-{number}")
    assert len(issuer.wanted) == 6


async def test_a_key_id_that_the_issuer_did_not_know_is_not_asked_for_again(issuer: Issuer) -> None:
    """After an answer without it, an unknown key id rests for half a minute; before one, it does not."""
    await issuer.knows("key-1")
    issuer.now_s = 10.0
    assert not await issuer.knows("key-2")
    issuer.now_s = 25.0
    assert not await issuer.knows("key-2")
    assert issuer.wanted == ["", "key-2"]
    issuer.entries.append(clerk().entry(kid="key-2"))
    issuer.now_s = 41.0
    assert await issuer.knows("key-2")


async def test_a_new_key_is_found_once_a_fetch_is_due(issuer: Issuer) -> None:
    """An id that came too early for a fetch is not held against it."""
    await issuer.knows("key-1")
    issuer.entries = [clerk().entry(kid="key-2")]
    issuer.now_s = 9.0
    assert not await issuer.knows("key-2")
    issuer.now_s = 10.0
    assert await issuer.knows("key-2")
    assert not await issuer.knows("key-1")


async def test_what_strangers_make_up_does_not_fill_the_memory(issuer: Issuer) -> None:
    """Of unknown key ids a bounded number is remembered."""
    await issuer.knows("key-1")
    for number in range(UNKNOWN_MAX + 50):
        issuer.now_s += 10.0
        await issuer.knows(f"no-{number}")
    assert len(issuer.keys._unknown) <= UNKNOWN_MAX


async def test_known_keys_outlast_an_absence(issuer: Issuer) -> None:
    """While the issuer is away its known keys go on for a day, asked about every ten seconds and no more often."""
    issuer.is_away = True
    with pytest.raises(KeysAway):
        await issuer.knows("key-1")
    with pytest.raises(KeysAway):
        await issuer.knows("key-1")
    assert len(issuer.wanted) == 1
    issuer.is_away, issuer.now_s = False, 1.0
    assert await issuer.knows("key-1")
    issuer.is_away, issuer.now_s = True, 400.0
    for _ in range(10):
        assert await issuer.knows("key-1")
    assert len(issuer.wanted) == 3
    assert not await issuer.knows("key-2")
    issuer.now_s = 1.0 + 86400.0
    with pytest.raises(KeysAway):
        await issuer.knows("key-1")


async def test_a_broken_document_changes_nothing(issuer: Issuer) -> None:
    """What is no key set, or holds no usable key, is as good as no answer: known keys stay."""
    await issuer.knows("key-1")
    for number, document in enumerate(["", "{}", "[]", '{"keys": []}', '{"keys": [1, null, {}]}', "<html>"]):
        issuer.document, issuer.now_s = document, 400.0 + number * 10
        assert await issuer.knows("key-1")
    assert len(issuer.wanted) == 7


async def test_an_issuer_that_never_answers_is_given_up(issuer: Issuer) -> None:
    """A fetch has a deadline, and a token that waits for it is not refused but told to come back."""
    issuer.answers.clear()
    issuer.keys._times = Times(deadline_s=0.01)
    with pytest.raises(KeysAway):
        await issuer.knows("key-1")


UNUSABLE = {
    "for encryption": {"use": "enc"},
    "for another algorithm": {"alg": "RS512"},
    "of another type": {"kty": "EC"},
    "a shared secret": {"kty": "oct", "k": "AAAA", "alg": "HS256"},
    "with its private part": {"d": "AAAA"},
    "for signing alone": {"key_ops": ["sign"]},
    "operations that are no list": {"key_ops": "verify"},
    "without an id": {"kid": None},
    "an id of spaces": {"kid": "   "},
    "an endless id": {"kid": "k" * 300},
    "an exponent that is no number": {"e": "!!"},
    "a modulus of another type": {"n": 7},
}


@pytest.mark.parametrize("changed", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_key_that_is_not_for_this_is_left_out(changed: dict[str, object]) -> None:
    """A key verifies only what its type, use, algorithm and operations allow; the others of the set still do."""
    document = json.dumps({"keys": [clerk().entry(**changed), clerk().entry(kid="good")]})
    assert list(keys_of(document, frozenset({"RS256"}))) == [("good", "RS256")]


def test_a_key_without_an_algorithm_takes_those_of_its_type() -> None:
    """`alg` is optional in a key set; the source's own list and the key's type then decide."""
    entry = openid().entry()
    del entry["alg"]
    assert list(keys_of(json.dumps({"keys": [entry]}), frozenset({"RS256", "ES256"}))) == [("key-1", "ES256")]
    entry["crv"] = "P-384"
    with pytest.raises(DocumentUnusable):
        keys_of(json.dumps({"keys": [entry]}), frozenset({"ES256"}))
    curve = built_in().entry(crv="X25519")
    with pytest.raises(DocumentUnusable):
        keys_of(json.dumps({"keys": [curve]}), frozenset({"EdDSA"}))


def test_a_short_rsa_key_is_left_out() -> None:
    """1024 bits have been factored by less than our attackers."""
    short = Maker(clerk().rules, "RS256", rsa_key(2, bits=1024))
    with pytest.raises(DocumentUnusable):
        keys_of(short.document(), frozenset({"RS256"}))


def test_two_keys_under_one_name_are_none() -> None:
    """Where it is not clear which key is meant, neither is."""
    two = [clerk().entry(), Maker(clerk().rules, "RS256", rsa_key(1)).entry(), clerk().entry(kid="good")]
    assert list(keys_of(json.dumps({"keys": two}), frozenset({"RS256"}))) == [("good", "RS256")]


def test_a_document_has_limits() -> None:
    """Neither a long document nor one of many keys is read."""
    for document in (
        json.dumps({"keys": [clerk().entry()], "padding": "x" * DOCUMENT_BYTES_MAX}),
        json.dumps({"keys": [clerk().entry(kid=str(number)) for number in range(KEYS_MAX + 1)]}),
        "[" * 100_000,
    ):
        with pytest.raises(DocumentUnusable):
            keys_of(document, frozenset({"RS256"}))
