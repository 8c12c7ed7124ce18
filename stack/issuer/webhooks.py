"""Webhooks as Svix sends them for Clerk: signed, repeated until they are taken, and sometimes not sent at all."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
import secrets
from typing import Any

import httpx

from stack.issuer.people import People

_DEADLINE_S = 15.0


@dataclasses.dataclass(frozen=True)
class Message:
    """One delivery."""

    message_id: str
    body: bytes


class Webhooks:
    """Tells one endpoint what became of people. What is not taken stays and is sent again by the next `deliver`."""

    def __init__(self, people: People, secret: str, url: str) -> None:
        """`secret` begins with whsec_; without a `url` everything waits."""
        self._people = people
        self._key = base64.b64decode(secret.removeprefix("whsec_"))
        self.url = url
        self.waiting: list[Message] = []

    def tell(self, kind: str, data: dict[str, Any]) -> Message:
        """Have something delivered: user.created, user.updated or user.deleted."""
        event = {"type": kind, "object": "event", "data": data, "timestamp": int(self._people.now_s() * 1000)}
        message = Message(f"msg_{secrets.token_hex(13)}", json.dumps(event).encode())
        self.waiting.append(message)
        return message

    def headers(self, message: Message, *, age_s: float = 0.0) -> dict[str, str]:
        """The headers that sign it, as if sent `age_s` ago."""
        timestamp = str(int(self._people.now_s() - age_s))
        signed = f"{message.message_id}.{timestamp}.".encode() + message.body
        signature = base64.b64encode(hmac.new(self._key, signed, hashlib.sha256).digest()).decode()
        return {
            "content-type": "application/json",
            "svix-id": message.message_id,
            "svix-timestamp": timestamp,
            "svix-signature": f"v1,{signature}",
        }

    async def deliver(self, *, times: int = 1) -> list[int]:
        """Send everything that waits, each `times` over; the statuses. What got no 2xx waits on."""
        statuses, left = [], []
        async with httpx.AsyncClient(timeout=_DEADLINE_S, trust_env=False) as http:
            for message in self.waiting:
                answers = [await self._send(http, message) for _ in range(times)]
                statuses += answers
                if not any(200 <= status < 300 for status in answers):
                    left.append(message)
        self.waiting = left
        return statuses

    async def _send(self, http: httpx.AsyncClient, message: Message) -> int:
        try:
            answer = await http.post(self.url, content=message.body, headers=self.headers(message))
        except httpx.HTTPError:
            return 0
        return answer.status_code


def deleted(subject: str) -> dict[str, Any]:
    """What user.deleted says of somebody."""
    return {"id": subject, "object": "user", "deleted": True}
