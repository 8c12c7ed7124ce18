"""What waits to be sent, and the codes in it."""

from __future__ import annotations

import re

from services.auth.domain.mail import Mail
from tests.unit.auth.fakes import World


def code_in(mail: Mail) -> str:
    found = re.search(r"https://us\.example/#/(?:change|confirm|reset|undo|verify)/([A-Za-z0-9_-]{43})\b", mail.text)
    assert found is not None, mail.text
    return found[1]


def newest(world: World) -> Mail:
    return world.waiting()[-1]
