"""What auth does not let itself be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.settings import SettingsInvalid
from services.auth.settings import AuthSettings


@pytest.mark.parametrize("life_s", [0, -1, 3601])
def test_tokens_live_no_longer_than_they_are_believed(life_s: int) -> None:
    """A life that every verifier would refuse is refused at the start, not at the first request."""
    with pytest.raises(SettingsInvalid, match="ACCESS_TOKEN_S"):
        AuthSettings(certificates=Path(), nats_url="", signing_key_file=Path("k"), access_token_s=life_s)
