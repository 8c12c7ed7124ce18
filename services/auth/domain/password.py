"""What makes a password good enough (after NIST SP 800-63B: length and no known ones, no rules of composition)."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

from services.auth.domain.email_address import EmailAddress
from services.auth.domain.errors import WeakPassword

CHARACTERS_MIN = 8
CHARACTERS_MAX = 256

PRODUCT = "StripSession"
"""What a guesser tries first here, and a list of other sites' passwords does not have."""
_OWN_WORD_CHARACTERS_MIN = 4
"""Shorter parts of an address are inside many good passwords by accident."""
_DECORATION_CHARACTERS_MAX = 6
"""A year and two marks, or 123456: what people put round a word when they are told that it is too weak."""
_DECORATED = re.compile(r"[\W\d_]*(.*?)[\W\d_]*", re.DOTALL)
# As people write letters; a 1 or a ! stands for either of two.
_LETTERS_BY_MARK = (str.maketrans("@4301!$57", "aaeoiisst"), str.maketrans("@4301!$57", "aaeollsst"))


def check_password(password: str, email: EmailAddress) -> None:
    """Raises WeakPassword, which says what to do, unless the password may be chosen for this address.

    That it is none of the known ones is asked elsewhere: that takes lists.
    """
    if len(password) < CHARACTERS_MIN:
        raise WeakPassword("short", f"A password has at least {CHARACTERS_MIN} characters.")
    if len(password) > CHARACTERS_MAX:
        raise WeakPassword("long", f"A password has at most {CHARACTERS_MAX} characters.")
    folded = _folded(password)
    if _is_regular(folded):
        raise WeakPassword(
            "regular", "This password only repeats or counts on. Choose several words that only you would put together."
        )
    for word in (email.key, email.typed.casefold(), email.key.partition("@")[0], PRODUCT.casefold()):
        if _leans_on(folded, word):
            raise WeakPassword(
                "personal",
                f"Beside your address and the name of {PRODUCT}, a password needs {CHARACTERS_MIN} characters"
                " of its own.",
            )


def is_possible(password: str) -> bool:
    """Whether anybody can have this password, so that checking it is worth the work."""
    return CHARACTERS_MIN <= len(password) <= CHARACTERS_MAX


def prepared(password: str) -> str:
    """The form that is hashed: keyboards differ in how they compose the same characters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def listed_forms(password: str) -> tuple[str, ...]:
    """How lists of known passwords would have this one: as it is, and in lower case without spaces around it."""
    return tuple(dict.fromkeys((prepared(password), _folded(password))))


def guessable_words(password: str) -> frozenset[str]:
    """The single words that a guesser's rules make this password of.

    In lower case, without the usual decorations, and with letters for the marks that stand for them.
    """
    return frozenset(_words(_folded(password)))


def _words(folded: str) -> Iterator[str]:
    bare = _DECORATED.fullmatch(folded)
    stem = bare.group(1) if bare is not None else ""
    is_decoration = stem and len(folded) - len(stem) <= _DECORATION_CHARACTERS_MAX
    for word in (folded, stem) if is_decoration else (folded,):
        yield word
        for letters in _LETTERS_BY_MARK:
            yield word.translate(letters)


def _folded(password: str) -> str:
    return prepared(password).casefold().strip()


def _is_regular(folded: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(folded)}
    lengths = range(1, min(CHARACTERS_MIN, len(folded) // 2 + 1))
    return len(steps) < 2 or any(folded[length:] == folded[:-length] for length in lengths)


def _leans_on(folded: str, word: str) -> bool:
    # Our name is written in one word and in two.
    plain = re.sub(r"[\s_.-]", "", folded) if word == PRODUCT.casefold() else folded
    if len(word) < _OWN_WORD_CHARACTERS_MIN or word not in plain:
        return False
    return len(plain.replace(word, "")) < CHARACTERS_MIN
