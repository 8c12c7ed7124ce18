"""Lists: newest first, a page at a time, by where the last one ended."""

from __future__ import annotations

from collections.abc import Iterable

from stack.stripe import failures
from stack.stripe.parameters import Parameters
from stack.stripe.shapes import Resource

PARAMETERS = "limit starting_after ending_before created"
_LIMIT_DEFAULT = 10
_LIMIT_MAX = 100
_BOUNDS = ("gt", "gte", "lt", "lte")


def page(resources: Iterable[Resource], params: Parameters, url: str) -> Resource:
    """One page of these objects, which come oldest first. Raises Refused."""
    found = [each for each in reversed(list(resources)) if _in_range(each, params)]
    limit = params.integer("limit", at_least=1, at_most=_LIMIT_MAX) or _LIMIT_DEFAULT
    after, before = params.text("starting_after"), params.text("ending_before")
    if after and before:
        raise failures.refused("You may only specify one of these parameters: starting_after, ending_before.")
    if before:
        end = _place(found, before, "ending_before")
        start = max(0, end - limit)
        return _answer(found[start:end], url, has_more=start > 0)
    start = _place(found, after, "starting_after") + 1 if after else 0
    return _answer(found[start : start + limit], url, has_more=len(found) > start + limit)


def _answer(data: list[Resource], url: str, *, has_more: bool) -> Resource:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _place(found: list[Resource], identifier: str, param: str) -> int:
    for place, each in enumerate(found):
        if each["id"] == identifier:
            return place
    raise failures.no_such("object", identifier[:80], param)


def _in_range(resource: Resource, params: Parameters) -> bool:
    """Whether `created` lies where the request wants it: at a second, or between bounds."""
    if not params.has("created"):
        return True
    created = resource.get("created") or 0
    try:
        bounds = params.group("created")
    except failures.Refused:
        return bool(created == params.integer("created"))
    bounds.refuse_unknown(_BOUNDS)
    values = {name: bounds.integer(name) for name in _BOUNDS}
    return (
        (values["gt"] is None or created > values["gt"])
        and (values["gte"] is None or created >= values["gte"])
        and (values["lt"] is None or created < values["lt"])
        and (values["lte"] is None or created <= values["lte"])
    )
