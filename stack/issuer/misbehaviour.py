"""What a test has the provider do wrong: one thing at a time, everything else stays good."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping

HUGE_BYTES = 4 * 1024 * 1024


@dataclasses.dataclass
class Misbehaviour:
    """Nothing, until a test says otherwise. In each mapping None takes a member away."""

    discovery: Mapping[str, object] = dataclasses.field(default_factory=dict)
    """Changes of the discovery document."""
    claims: Mapping[str, object] = dataclasses.field(default_factory=dict)
    """Changes of the id token, before it is signed."""
    answer: Mapping[str, object] = dataclasses.field(default_factory=dict)
    """Changes of the token endpoint's answer."""
    back: Mapping[str, object] = dataclasses.field(default_factory=dict)
    """Changes of what the browser is sent back with."""
    token_status: int = 200
    """Another status of the token endpoint."""
    token_location: str = ""
    """Where the token endpoint redirects to, instead of answering."""
    is_huge: bool = False
    """Whether the token endpoint answers more than anybody should read."""
    is_huge_everywhere: bool = False
    """Whether the discovery document is as large."""
    silence: asyncio.Event | None = None
    """What the token endpoint waits for before it answers."""
    forgets_codes: bool = True
    """Whether a code works once."""


def changed(members: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """The members with these changes."""
    return {name: value for name, value in {**members, **changes}.items() if value is not None}
