"""Where the one person of the small gateway is signed in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from tests.integration.web.told import problem, told

OF_NOW = "ses_" + "a" * 32


class FakeSessions:
    """Three sessions, of which the first asks."""

    def __init__(self) -> None:
        """Each with its device."""
        self.devices = {OF_NOW: "Chrome, Linux", "ses_" + "b" * 32: "Safari, iPhone", "ses_" + "c" * 32: ""}

    async def all(self, request: Request) -> Response:
        """List them, or end all but the one that asks."""
        if request.method == "DELETE":
            ended = len(self.devices) - 1
            self.devices = {OF_NOW: self.devices[OF_NOW]}
            return told("EndedSessions", {"ended": ended})
        sessions = [
            {
                "session_id": session_id,
                "device": device,
                "created_at": "2030-05-01T08:00:00.000Z",
                "last_used_at": "2030-05-04T09:30:00.000Z",
                "is_current": session_id == OF_NOW,
            }
            for session_id, device in self.devices.items()
        ]
        return told("SessionList", {"sessions": sessions})

    async def one(self, request: Request) -> Response:
        """End one."""
        if self.devices.pop(request.path_params["session_id"], None) is None:
            return problem(404, "SESSION_NOT_FOUND", "There is no such session, or it has ended.")
        return Response(status_code=204)
