"""Who a request speaks for."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Identity:
    """A person, as a verified access token names them."""

    user_id: str
    session_id: str
