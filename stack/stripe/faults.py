"""Trouble that a test asks for: requests that fail, and requests that wait."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from stack.stripe import failures

KINDS = ("before", "after", "lost")


@dataclass
class Fault:
    """The next requests under a path fail.

    `before`: nothing is done. `after`: it is done, and the failure is what an idempotency key replays. `lost`: it is
    done, and only this answer is lost, so that another try with the same key gets the true one.
    """

    kind: str = "before"
    status: int = 500
    times: int = 1
    method: str = ""
    path: str = "/v1/"


class Faults:
    """The trouble that is set up."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._held: dict[str, asyncio.Event] = {}
        self._arrived: dict[str, asyncio.Event] = {}

    def add(self, fault: Fault) -> None:
        """Let requests fail."""
        self._faults.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets; it counts as met."""
        for each in self._faults:
            if path.startswith(each.path) and each.method in {"", method}:
                each.times -= 1
                if each.times <= 0:
                    self._faults.remove(each)
                return each
        return None

    def hold(self, path: str) -> None:
        """Let requests under a path wait until released."""
        self._held[path] = asyncio.Event()
        self._arrived[path] = asyncio.Event()

    async def arrival(self, path: str) -> None:
        """Wait until a request waits under the path."""
        await self._arrived[path].wait()

    def release(self) -> None:
        """Let every request go on, and none fail any more."""
        for event in self._held.values():
            event.set()
        self._held.clear()
        self._arrived.clear()
        self._faults.clear()

    async def wait(self, path: str) -> None:
        """Wait where requests under this path are held."""
        for held, event in list(self._held.items()):
            if path.startswith(held):
                self._arrived[held].set()
                await event.wait()


def failure(status: int) -> failures.Refused:
    """What Stripe answers with this status when it is not the request's fault."""
    if status == 429:
        message = "Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits."
        return failures.Refused(429, "invalid_request_error", message, code="rate_limit")
    message = "An unknown error occurred while handling your request. Please try again later."
    return failures.Refused(status, "api_error", message)
