"""Webhook endpoints, their secrets, and which events they want."""

from __future__ import annotations

from collections.abc import Sequence

from stack.stripe import failures, listing
from stack.stripe.clock import DAY_S
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import API_VERSION, Resource
from stack.stripe.world import World

CONFIGURED = "we_configured"
_OLD_SECRET_LIFE_S = DAY_S


def make(
    world: World,
    url: str,
    *,
    secret: str = "",
    enabled_events: Sequence[str] = ("*",),
    identifier: str = "",
    **fields: object,
) -> Resource:
    """Add an endpoint; a secret is made where none is given."""
    rest: Resource = dict(fields)
    endpoint = world.new(
        "webhook_endpoint",
        identifier=identifier,
        created=world.clock.now(),
        api_version=API_VERSION,
        enabled_events=list(enabled_events),
        status="enabled",
        url=url,
        **rest,
    )
    made = secret or _new_secret(world, endpoint["id"], 0)
    world.note(endpoint["id"])["secrets"] = [{"secret": made, "until": None}]
    return endpoint


def _new_secret(world: World, endpoint: str, turn: int) -> str:
    return "whsec_" + world.letters(f"secret:{endpoint}:{turn}", 32)


def wanting(world: World, kind: str) -> list[Resource]:
    """The endpoints that are to be told of an event of this type."""
    return [
        each
        for each in world.all("webhook_endpoint", status="enabled")
        if "*" in each["enabled_events"] or kind in each["enabled_events"]
    ]


def secrets_of(world: World, endpoint: str) -> list[str]:
    """The secrets in force, the newest first: two for a day after a rotation."""
    now = world.clock.now()
    return [each["secret"] for each in world.note(endpoint)["secrets"] if each["until"] is None or each["until"] > now]


def rotate(world: World, endpoint: str, secret: str = "") -> str:
    """Give an endpoint a new secret; the old one signs as well for a day."""
    note = world.note(world.get("webhook_endpoint", endpoint)["id"])
    made = secret or _new_secret(world, endpoint, len(note["secrets"]))
    until = world.clock.now() + _OLD_SECRET_LIFE_S
    old = [each | {"until": each["until"] or until} for each in note["secrets"]]
    note["secrets"] = [{"secret": made, "until": None}, *old]
    world.changes += 1
    return made


def _create(call: Call) -> Resource:
    params = call.params
    url = params.required("url")
    if not url.startswith(("http://", "https://")):
        raise failures.parameter_invalid("url", "Invalid URL: An explicit scheme (such as https) must be provided.")
    wanted = params.words("enabled_events")
    if not wanted:
        raise failures.parameter_missing("enabled_events")
    endpoint = make(
        call.world, url, enabled_events=wanted, description=params.text("description"), metadata=params.metadata()
    )
    # The secret is told once, here.
    return endpoint | {"secret": secrets_of(call.world, endpoint["id"])[0]}


def _update(call: Call) -> Resource:
    endpoint, params = call.named("webhook_endpoint"), call.params
    fields: Resource = {"metadata": params.metadata(endpoint["metadata"])}
    if params.has("url"):
        fields["url"] = params.required("url")
    if params.has("enabled_events"):
        fields["enabled_events"] = params.words("enabled_events")
    if params.has("disabled"):
        fields["status"] = "disabled" if params.flag("disabled") else "enabled"
    if params.has("description"):
        fields["description"] = params.text("description")
    call.world.update(endpoint, None, **fields)
    return endpoint


def _delete(call: Call) -> Resource:
    endpoint = call.named("webhook_endpoint")
    call.world.remove("webhook_endpoint", endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


_PATH = "/v1/webhook_endpoints"

ROUTES = (
    Route("POST", _PATH, _create, "url enabled_events description metadata api_version"),
    Route(
        "GET",
        _PATH,
        lambda call: listing.page(call.world.all("webhook_endpoint"), call.params, _PATH),
        listing.PARAMETERS,
    ),
    Route("GET", f"{_PATH}/{{id}}", lambda call: call.named("webhook_endpoint")),
    Route("POST", f"{_PATH}/{{id}}", _update, "url enabled_events disabled description metadata"),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
)
