"""The words of the page's messages, by language, as its sources have them."""

from __future__ import annotations

import re

from tests.paths import REPOSITORY

_CATALOGUES = REPOSITORY / "web" / "src" / "i18n"
_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
_HOLE = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")
_NOT_TOLD = re.compile(r"^(?:import\b.*|\s*(?://|/?\*).*)$", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]{2,}")


def words_in(text: str) -> set[str]:
    """Words of two letters and more, whatever their case."""
    return {word.casefold() for word in _WORD.findall(text)}


def words_of(locale: str) -> set[str]:
    """Every word of the messages of one language."""
    words: set[str] = set()
    for path in sorted((_CATALOGUES / locale).glob("*.ts")):
        for plain, template in _TEXT.findall(_NOT_TOLD.sub("", path.read_text())):
            words |= words_in(plain) | words_in(_HOLE.sub(" ", template))
            # A form for one and a form for many stand in a hole.
            for hole in _HOLE.findall(template):
                words |= {word for inner, _ in _TEXT.findall(hole) for word in words_in(inner)}
    return words
