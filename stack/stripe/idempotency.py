"""Idempotency keys: the first answer is given again for a day, also when it was a failure."""

from __future__ import annotations

import dataclasses
import hashlib

from stack.stripe import failures
from stack.stripe.clock import DAY_S
from stack.stripe.shapes import Resource

KEY_MAX = 255
_ANSWERS_MAX = 50_000


@dataclasses.dataclass
class Answer:
    """What was answered under a key. No status yet while the request is under way."""

    parameters: str
    at: int
    status: int | None = None
    body: str = ""
    request_id: str = ""


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What two requests must share to count as the same."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()


class Answers:
    """Answers by key."""

    def __init__(self) -> None:
        self._kept: dict[str, Answer] = {}

    def begin(self, key: str, parameters: str, now: int) -> Answer | None:
        """The answer given before under this key; None when this is the first, which is then under way.

        Raises Refused: the key is in use, or was used with other parameters.
        """
        if len(key) > KEY_MAX:
            raise failures.refused(f"Idempotency keys are at most {KEY_MAX} characters.")
        found = self._kept.get(key)
        if found is None or found.at + DAY_S <= now:
            self._kept.pop(key, None)
            self._kept[key] = Answer(parameters, now)
            return None
        if found.parameters != parameters:
            raise failures.key_reused()
        if found.status is None:
            raise failures.key_in_use()
        return found

    def finish(self, key: str, status: int, body: str, request_id: str) -> None:
        """Keep the answer, and let those go that are a day old."""
        answer = self._kept[key]
        answer.status, answer.body, answer.request_id = status, body, request_id
        while len(self._kept) > _ANSWERS_MAX or self._oldest().at + DAY_S <= answer.at:
            self._kept.pop(next(iter(self._kept)))

    def _oldest(self) -> Answer:
        return next(iter(self._kept.values()))

    def forget(self, key: str) -> None:
        """Nothing was done under this key: another request may use it anew."""
        self._kept.pop(key, None)

    def dump(self) -> Resource:
        """What a snapshot keeps: finished answers."""
        return {key: dataclasses.asdict(each) for key, each in self._kept.items() if each.status is not None}

    def load(self, kept: Resource) -> None:
        """Go on from a snapshot."""
        self._kept = {key: Answer(**each) for key, each in kept.items()}
