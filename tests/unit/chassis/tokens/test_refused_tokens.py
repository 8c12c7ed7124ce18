"""Everything that each issuer's tokens are refused for, and that nothing else is wrong with them."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.tokens.errors import TokenRefused
from chassis.tokens.keys import Keys, Times
from chassis.tokens.verifying import Verified, claimed_issuer, verify
from tests.unit.chassis.tokens.makers import MAKERS, NONCE, NOW, Maker, encoded
from tests.unit.chassis.tokens.vectors import VECTORS, Vector

CASES = [
    pytest.param(kind, name, vector, id=f"{kind}-{name}")
    for name, vector in VECTORS.items()
    for kind in sorted(vector.kinds)
]
# A name begins with what is wrong; where that shows as something else, here is as what.
_SHOWN_AS = {
    "alg-none": "three parts",
    "alg-none-in-mixed-case": "three parts",
    "alg-empty": "three parts",
    "alg-of-another-kind-rs256": "alg|kid",
    "exp-before-iat": "life",
    "exp-as-nan": "NaN",
    "exp-as-infinity": "Infinity",
    "exp-as-number-beyond-what-python-reads": "not JSON",
    "signature-empty": "three parts",
    "signature-missing": "three parts",
    "signature-cut-short": "signature|one way",
    "signature-written-otherwise": "one way",
}
_SHOWN_AS_ITSELF = frozenset(
    {
        *("alg", "typ", "crit", "b64", "zip", "cty", "jwk", "jku", "x5u", "x5c", "kid", "signature"),
        *("iss", "aud", "azp", "sts", "sub", "sid", "nonce", "exp", "nbf", "iat", "life"),
    }
)


_MAKERS = {kind: make() for kind, make in MAKERS.items()}


async def judged(maker: Maker, token: str, *, now: float = NOW) -> Verified:
    return await verify(token, maker.rules, maker.keys(), now_s=now, nonce=NONCE)


@pytest.fixture
def makers() -> dict[str, Maker]:
    return _MAKERS


@pytest.mark.parametrize(("kind", "name", "vector"), CASES)
async def test_a_bad_token_is_refused(makers: dict[str, Maker], kind: str, name: str, vector: Vector) -> None:
    """What is wrong with it is enough, and it is refused for that and not by chance for something else."""
    maker = makers[kind]
    what = name.partition("-")[0]
    with pytest.raises(TokenRefused, match=_SHOWN_AS.get(name, what if what in _SHOWN_AS_ITSELF else ".")):
        await judged(maker, vector.make(maker))


@pytest.mark.parametrize("kind", sorted(MAKERS))
async def test_a_good_token_is_believed(makers: dict[str, Maker], kind: str) -> None:
    """The token that all bad ones are made from names its person, and its session where it stands for one."""
    maker = makers[kind]
    verified = await judged(maker, maker.token())
    assert (verified.issuer, verified.subject) == (maker.rules.issuer, "user_2abc")
    assert verified.session_id == maker.more.get("sid", "")
    assert verified.expires_at.timestamp() == NOW + maker.life_s
    assert claimed_issuer(maker.token()) == maker.rules.issuer


@pytest.mark.parametrize("kind", sorted(MAKERS))
@pytest.mark.parametrize("now", [NOW - 5, NOW, NOW + 64.9])
async def test_clocks_may_differ_a_little(makers: dict[str, Maker], kind: str, now: float) -> None:
    """Five seconds early and five seconds late are still in time."""
    await judged(makers[kind], makers[kind].token(), now=now)


@pytest.mark.parametrize("kind", ["built-in", "openid"])
async def test_an_audience_may_be_a_list_of_one(makers: dict[str, Maker], kind: str) -> None:
    """RFC 7519 lets one audience be written both ways."""
    maker = makers[kind]
    await judged(maker, maker.token(maker.claims(aud=[maker.rules.audience])))


@pytest.mark.parametrize("kind", sorted(MAKERS))
@pytest.mark.parametrize("other", sorted(MAKERS))
async def test_no_issuer_speaks_for_another(makers: dict[str, Maker], kind: str, other: str) -> None:
    """A token signed by one issuer with the claims of another is refused, also where both keys have one id."""
    if kind == other:
        return
    signer, spoken = makers[other], makers[kind]
    token = dataclasses.replace(spoken, algorithm=signer.algorithm, key=signer.key, kid=signer.kid).token()
    with pytest.raises(TokenRefused):
        await judged(spoken, token)


async def test_a_retired_keys_tokens_end_with_it(makers: dict[str, Maker]) -> None:
    """Once the issuer no longer publishes a key, what it signed is refused, however long it would have lived."""
    maker, told, clock = makers["clerk"], [makers["clerk"]], [0.0]

    async def fetch(deadline_s: float, kid: str) -> str:
        return told[0].document()

    keys = Keys(fetch, maker.rules.algorithms, issuer="clerk", times=Times(fresh_s=300), now_s=lambda: clock[0])
    token = maker.token()
    await verify(token, maker.rules, keys, now_s=NOW)
    told[0] = dataclasses.replace(maker, kid="key-2")
    clock[0] = 300.0
    with pytest.raises(TokenRefused, match="kid"):
        await verify(token, maker.rules, keys, now_s=NOW)


async def test_no_issuer_is_asked_for_what_cannot_hold(makers: dict[str, Maker]) -> None:
    """A token that has expired, or is another's, costs no fetch of keys."""
    maker, asked = makers["clerk"], []

    async def fetch(deadline_s: float, kid: str) -> str:
        asked.append(kid)
        return maker.document()

    keys = Keys(fetch, maker.rules.algorithms, issuer="clerk")
    for name in ("exp-past", "iss-elsewhere", "azp-elsewhere", "alg-none", "kid-endless"):
        with pytest.raises(TokenRefused):
            await verify(VECTORS[name].make(maker), maker.rules, keys, now_s=NOW)
    assert asked == []


@pytest.mark.property
@given(data=st.data())
async def test_any_text_is_refused_and_nothing_else(data: st.DataObject) -> None:
    """Whatever is shown, the answer is a refusal: no other error, and no way in."""
    maker = _MAKERS[data.draw(st.sampled_from(sorted(_MAKERS)))]
    part = st.binary(max_size=60).map(encoded)
    token = data.draw(
        st.one_of(
            st.text(max_size=200),
            st.builds("{}.{}.{}".format, part, part, part),
            st.builds("{}.{}.{}".format, st.just(maker.token().split(".")[0]), part, part),
        )
    )
    with pytest.raises(TokenRefused):
        await judged(maker, token)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_NAMES = ["iss", "sub", "aud", "azp", "exp", "nbf", "iat", "sid", "sts", "nonce", "extra"]


@pytest.mark.property
@given(kind=st.sampled_from(sorted(MAKERS)), claims=st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=4))
async def test_signed_nonsense_never_breaks_the_verifier(kind: str, claims: dict[str, object]) -> None:
    """Well signed claims of any type are believed or refused; one that is believed has the pinned ones untouched."""
    maker = _MAKERS[kind]
    try:
        verified = await judged(maker, maker.token(maker.claims() | claims))
    except TokenRefused:
        return
    for name in ("iss", "exp", "iat"):
        assert type(verified.claims[name]) is type(maker.claims()[name])
    assert verified.claims["iss"] == maker.rules.issuer
    assert isinstance(verified.subject, str)


@pytest.mark.property
@given(
    kind=st.sampled_from(sorted(MAKERS)), place=st.integers(min_value=0), letter=st.sampled_from("AZaz09-_.=~\u00e9")
)
async def test_one_changed_letter_is_refused(kind: str, place: int, letter: str) -> None:
    """No single letter of a token can be another."""
    maker = _MAKERS[kind]
    token = maker.token()
    at = place % len(token)
    changed = token[:at] + letter + token[at + 1 :]
    if changed == token:
        return
    with pytest.raises(TokenRefused):
        await judged(maker, changed)
