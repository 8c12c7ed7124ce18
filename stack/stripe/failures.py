"""What the API answers when it refuses: Stripe's statuses, types, codes and shapes."""

from __future__ import annotations

from stack.stripe.shapes import Resource

_CODES_PAGE = "https://stripe.com/docs/error-codes/"


class Refused(Exception):
    """The API refuses. `body` is the `error` object of the answer."""

    def __init__(self, status: int, kind: str, message: str, *, code: str = "", param: str = "", **more: object):
        super().__init__(message)
        self.status = status
        self.body: Resource = {"message": message, "type": kind, **more}
        if code:
            self.body |= {"code": code, "doc_url": _CODES_PAGE + code.replace("_", "-")}
        if param:
            self.body["param"] = param

    @property
    def is_validation(self) -> bool:
        """Whether nothing began, so that the answer is not kept under an idempotency key."""
        return self.status in {401, 409, 429} or str(self.body.get("code", "")).startswith("parameter_")


def no_such(label: str, identifier: str, param: str = "id", *, status: int = 400) -> Refused:
    """Another object that is named does not exist; 404 for the one in the path."""
    message = f"No such {label}: '{identifier}'"
    return Refused(status, "invalid_request_error", message, code="resource_missing", param=param)


def parameter_missing(param: str) -> Refused:
    """A required parameter was left out."""
    message = f"Missing required param: {param}."
    return Refused(400, "invalid_request_error", message, code="parameter_missing", param=param)


def parameter_unknown(param: str) -> Refused:
    """A parameter that this route does not have."""
    message = f"Received unknown parameter: {param}"
    return Refused(400, "invalid_request_error", message, code="parameter_unknown", param=param)


def parameter_invalid(param: str, message: str, code: str = "") -> Refused:
    """A parameter that cannot mean anything."""
    return Refused(400, "invalid_request_error", message, code=code, param=param)


def refused(message: str, code: str = "", param: str = "") -> Refused:
    """Something that the present state does not allow."""
    return Refused(400, "invalid_request_error", message, code=code, param=param)


def not_supported(what: str) -> Refused:
    """Stripe has it; this stand-in does not, and says so rather than play something else."""
    return Refused(400, "invalid_request_error", f"The test stand-in of Stripe does not play {what}.")


def key_missing() -> Refused:
    """No key at all."""
    message = (
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
    )
    return Refused(401, "invalid_request_error", message)


def key_invalid(key: str) -> Refused:
    """A key that is not the account's; four characters of it are told, as Stripe does."""
    shown = key[:8] + "*" * max(0, len(key) - 12) + key[-4:] if len(key) > 16 else "*" * len(key)
    return Refused(401, "invalid_request_error", f"Invalid API Key provided: {shown}")


def card_refused(code: str, decline_code: str, message: str, **more: object) -> Refused:
    """The bank says no."""
    rest: Resource = dict(more)
    if decline_code:
        rest["decline_code"] = decline_code
    return Refused(402, "card_error", message, code=code, **rest)


def key_reused() -> Refused:
    """An idempotency key with other parameters than at first."""
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using "
        "a key other than the one given if you meant to execute a different request."
    )
    return Refused(400, "idempotency_error", message)


def key_in_use() -> Refused:
    """An idempotency key whose first request is still under way."""
    message = (
        "There is currently another in-progress request using this idempotency key (that probably means you "
        "submitted twice, and the other request is still going through). Please try again later."
    )
    return Refused(409, "idempotency_error", message, code="idempotency_key_in_use")
