"""Every cookie is mapped; that none is set elsewhere is held by tests/lints/cookies.py."""

from __future__ import annotations

import pytest
from starlette.responses import Response

from chassis.datamap.comparing import compare
from services.gateway.api.cookies import PATHS, put_cookie
from tests.integration.datamap.maps import map_of, where


def test_every_cookie_is_mapped() -> None:
    """The cookies that the gateway can set are those of its data map; another is told with its remedy."""
    assert compare("cookies", PATHS, map_of("gateway"), where=where("gateway")) == []
    assert compare("cookies", [*PATHS, "seen"], map_of("gateway"), where=where("gateway")) == [
        "cookie seen is not mapped: add it to services/gateway/datamap.yaml with class, kept, erased"
    ]


def test_an_unknown_cookie_is_not_set() -> None:
    """A cookie that is not among those named cannot be set at all."""
    response = Response()
    with pytest.raises(KeyError):
        put_cookie(response, "seen", "1", life_s=60, is_secure=True)
    assert "set-cookie" not in response.headers
