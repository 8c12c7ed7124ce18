"""Sessions that `stripsession login` opened, kept for the commands that come after it, one file for each server."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from cli.exits import CommandFault
from cli.gateway import Tokens

_OWNER_ALONE = 0o600


def sessions_folder() -> Path:
    """Where sessions are kept: below the user's configuration, as the XDG Base Directory Specification has it."""
    home = os.environ.get("XDG_CONFIG_HOME", "")
    base = Path(home) if home.startswith("/") else Path.home() / ".config"
    return base / "stripsession" / "sessions"


class SessionFile:
    """The session at one server. A refresh token works once, so whoever renews holds the lock and keeps first."""

    def __init__(self, address: str, folder: Path | None = None) -> None:
        """`address` is the server's; `folder` stands in for `sessions_folder()`."""
        self._address = address.rstrip("/")
        name = hashlib.sha256(self._address.encode()).hexdigest()[:32]
        self._path = (folder or sessions_folder()) / f"{name}.json"

    def read(self) -> Tokens | None:
        """The session; None when there is none. Raises CommandFault for a file that others could have read."""
        try:
            with self._path.open(encoding="utf-8") as file:
                if os.fstat(file.fileno()).st_mode & 0o077:
                    text = f"{self._path} can be read by others; remove it, and sign in anew with `stripsession login`"
                    raise CommandFault(text)
                held = json.load(file)
            return Tokens(access=str(held["access_token"]), refresh=str(held["refresh_token"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            text = f"{self._path} is damaged; remove it, and sign in anew with `stripsession login`"
            raise CommandFault(text) from error

    def write(self, tokens: Tokens) -> None:
        """Keep a session, whole or not at all, for this user alone."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._path.with_suffix(f".{secrets.token_hex(8)}")
        held = {"address": self._address, "access_token": tokens.access, "refresh_token": tokens.refresh}
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ALONE)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(held, file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise

    def forget(self) -> None:
        """Keep no session."""
        self._path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else renews meanwhile. Blocks."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, _OWNER_ALONE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
