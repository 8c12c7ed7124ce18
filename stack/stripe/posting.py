"""How webhooks leave the process."""

from __future__ import annotations

import httpx

from stack.stripe.deliverer import SendFailed

_DEADLINE_S = 20.0


class HttpSender:
    """Posts over HTTP; it follows no redirects, and no proxy of the environment."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=_DEADLINE_S, trust_env=False, follow_redirects=False)

    async def send(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status answered. Raises SendFailed."""
        try:
            answer = await self._client.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SendFailed(str(error)) from error
        return answer.status_code

    async def close(self) -> None:
        """Let its connections go."""
        await self._client.aclose()
