"""What is pinned of a source of tokens: everything that a token could otherwise choose for itself."""

from __future__ import annotations

import dataclasses

LEEWAY_S = 5
"""Clocks of two machines differ by less."""
SESSION_LIFE_S_MAX = 3600
"""Longest life of a token that stands for a session: what is stolen dies within the hour."""
ID_TOKEN_LIFE_S_MAX = 86400
"""Some providers let id tokens live for ten hours; we read one once, within minutes of its making."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rules:
    """One source, and what its tokens must say."""

    issuer: str
    """Compared byte for byte."""
    algorithms: frozenset[str]
    """The only ones whose signatures count. None of them may be symmetric or `none`."""
    types: frozenset[str] = frozenset({"JWT"})
    """Values of `typ`; the empty text stands for a header without one."""
    audience: str = ""
    """The only `aud`, alone or as a list of this one; empty for a source that names none."""
    parties: frozenset[str] | None = None
    """The `azp` must be among these; None does not ask."""
    required: frozenset[str] = frozenset()
    """Claims beyond exp, iat, iss and sub that must be there."""
    forbidden: frozenset[str] = frozenset()
    """Claims that only another kind of token has."""
    is_session: bool = True
    """Whether the token stands for a session, which `sid` names."""
    life_s_max: int = SESSION_LIFE_S_MAX
    leeway_s: int = LEEWAY_S


# An id token tells its client who signed in; shown to us instead of a session's token it is somebody else's to show.
_ID_TOKEN_ONLY = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})


def built_in(issuer: str, audience: str) -> Rules:
    """Access tokens of our own auth service."""
    return Rules(
        issuer=issuer,
        algorithms=frozenset({"EdDSA"}),
        audience=audience,
        required=frozenset({"nbf", "aud"}),
        forbidden=_ID_TOKEN_ONLY,
    )


def clerk(issuer: str, parties: frozenset[str]) -> Rules:
    """Session tokens of Clerk, for pages of these origins alone."""
    return Rules(
        issuer=issuer,
        algorithms=frozenset({"RS256"}),
        parties=parties,
        required=frozenset({"nbf"}),
        forbidden=_ID_TOKEN_ONLY,
    )


def id_token(issuer: str, client_id: str, algorithms: frozenset[str] = frozenset({"RS256", "ES256"})) -> Rules:
    """Id tokens that an OpenID provider makes for us; each must carry the nonce of its own sign-in."""
    return Rules(
        issuer=issuer,
        algorithms=algorithms,
        types=frozenset({"", "JWT"}),
        audience=client_id,
        required=frozenset({"aud", "nonce"}),
        is_session=False,
        life_s_max=ID_TOKEN_LIFE_S_MAX,
    )
