"""Every cookie that this service sets. Another one is set nowhere else: tests/lints/cookies.py refuses it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

ACCESS_COOKIE = "stripsession_access"
REFRESH_COOKIE = "stripsession_refresh"
PROVIDER_COOKIE = "stripsession_provider"
"""What a browser has to come back with from a provider: lax, as it comes from another site, and of no use elsewhere."""
_AUTH = "/v1/auth"
PATHS: Mapping[str, str] = {ACCESS_COOKIE: "/", REFRESH_COOKIE: _AUTH, PROVIDER_COOKIE: _AUTH}
"""Cookie -> where it is sent. Each is in this service's datamap.yaml."""


def put_cookie(response: Response, name: str, value: str, *, life_s: int, is_secure: bool) -> None:
    """Put a cookie that no script reads, and that comes from another site only with a person who follows a link.

    A life of 0 takes it away. Raises KeyError for one that is not in PATHS.
    """
    response.set_cookie(name, value, max_age=life_s, path=PATHS[name], secure=is_secure, httponly=True, samesite="lax")
