"""Every cookie that this service sets. Another one is set nowhere else: tests/lints/cookies.py refuses it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

ACCESS_COOKIE = "stripsession_access"
REFRESH_COOKIE = "stripsession_refresh"
PROVIDER_COOKIE = "stripsession_provider"
"""What a browser has to come back with from a provider: lax, as it comes from another site, and of no use elsewhere."""
DEVICE_COOKIE = "stripsession_device"
HOST_DEVICE_COOKIE = f"__Host-{DEVICE_COOKIE}"
"""By https: what begins so a browser takes from this very host alone (RFC 6265bis, 4.1.3.2)."""
_AUTH = "/v1/auth"
PATHS: Mapping[str, str] = {
    ACCESS_COOKIE: "/",
    REFRESH_COOKIE: _AUTH,
    PROVIDER_COOKIE: _AUTH,
    DEVICE_COOKIE: "/",
    HOST_DEVICE_COOKIE: "/",
}
"""Cookie -> where it is sent. Each is in this service's datamap.yaml."""


_STRICT = frozenset({DEVICE_COOKIE, HOST_DEVICE_COOKIE})
"""Sent with nothing that comes from another site."""


def device_cookie(*, is_secure: bool) -> str:
    """What a browser is known again by, as it is called where the request came by https, or did not."""
    return HOST_DEVICE_COOKIE if is_secure else DEVICE_COOKIE


def put_cookie(response: Response, name: str, value: str, *, life_s: int, is_secure: bool) -> None:
    """Put a cookie that no script reads, and that another site sends only with a person who follows a link, or never.

    A life of 0 takes it away. Raises KeyError for one that is not in PATHS.
    """
    response.set_cookie(
        name,
        value,
        max_age=life_s,
        path=PATHS[name],
        secure=is_secure,
        httponly=True,
        samesite="strict" if name in _STRICT else "lax",
    )
