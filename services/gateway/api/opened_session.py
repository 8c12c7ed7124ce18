"""How a session that was opened or renewed is told: with its tokens, or with cookies that hold them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from services.gateway.api.admission import Admission, require_same_origin
from services.gateway.api.cookies import ACCESS_COOKIE, REFRESH_COOKIE
from services.gateway.api.endpoint import Call, json_answer
from services.gateway.api.mapping import account_json, moment
from services.gateway.api.schema import Text
from services.gateway.domain.device import device_of
from stripsession.auth.v1 import account_pb2

if TYPE_CHECKING:
    from google.protobuf.timestamp_pb2 import Timestamp

TRANSPORT = Text(
    "transport",
    "token, also when absent: the tokens come in this answer; cookie: in HttpOnly cookies, for pages of this origin.",
    options=("token", "cookie"),
    shared="TokenTransport",
)
OPENED = (
    "Limits: some tries a minute for each address. With `transport` cookie the request must be same-origin, and"
    " the tokens are in cookies that no script reads. An access token lasts some minutes, a session until it is"
    " unused for weeks."
)


async def opening_body(call: Call) -> Mapping[str, Any]:
    """The body of a request that opens a session. Raises Refused."""
    body = await call.body()
    if is_by_cookie(body):
        # Otherwise another site could sign its visitors in to an account of its own.
        require_same_origin(call.request)
    return body


def is_by_cookie(body: Mapping[str, Any]) -> bool:
    """Whether the tokens are asked for in cookies."""
    return body.get("transport") == "cookie"


def session_answer(
    admission: Admission,
    call: Call,
    account: account_pb2.Account | None,
    tokens: account_pb2.SessionTokens,
    *,
    by_cookie: bool,
    status: int,
) -> Response:
    """The session, with its account where that is known."""
    session: dict[str, object] = {
        "user_id": tokens.user_id,
        "access_expires_at": moment(tokens.access_expires_at),
        "refresh_expires_at": moment(tokens.refresh_expires_at),
    }
    if account is not None:
        session["account"] = account_json(account)
    if not by_cookie:
        session |= {
            "token_type": "Bearer",
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
        }
        return json_answer(session, status)
    response = json_answer(session, status)
    cookies = {
        ACCESS_COOKIE: (tokens.access_token, cookie_life_s(tokens.access_expires_at)),
        REFRESH_COOKIE: (tokens.refresh_token, cookie_life_s(tokens.refresh_expires_at)),
    }
    admission.set_cookies(response, call.request, cookies)
    if account is not None:
        admission.remember_device(response, call.request, account.email)
    return response


def device(call: Call) -> str:
    """What asks, in a few words."""
    return device_of(call.request.headers.get("user-agent", ""))


def language(call: Call) -> str:
    """What the browser asks for first, for a mail that a request without a body causes."""
    return call.request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]


def cookie_life_s(until: Timestamp) -> int:
    """Whole seconds until then, 1 at least: a cookie of 0 is one that is taken away."""
    left = until.ToDatetime(datetime.UTC) - datetime.datetime.now(datetime.UTC)
    return max(1, int(left.total_seconds()))
