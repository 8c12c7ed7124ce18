"""Remarks as JSON, beside the sentences that older code reads and writes alone."""

from __future__ import annotations

import json
from collections.abc import Iterable

from services.library.domain.remark import Remark


def written(remarks: Iterable[Remark]) -> str:
    """Those that have a word."""
    coded = [each for each in remarks if each.code]
    return json.dumps([{"code": each.code, "text": each.text, "facts": dict(each.facts)} for each in coded])


def read(stored: str) -> tuple[Remark, ...]:
    """The same again."""
    return tuple(Remark(each["code"], each["text"], tuple(each["facts"].items())) for each in json.loads(stored))
