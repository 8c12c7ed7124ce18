"""Which function answers which method and path, and which parameters it knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from stack.stripe import failures
from stack.stripe.parameters import Parameters
from stack.stripe.shapes import Resource
from stack.stripe.world import World


@dataclass(frozen=True)
class Call:
    """One request, read."""

    world: World
    params: Parameters
    ids: tuple[str, ...]
    """What the path names, in order."""
    url: str

    @property
    def id(self) -> str:
        """The first id in the path."""
        return self.ids[0]

    def named(self, kind: str) -> Resource:
        """The object that the path names first; 404 when there is none."""
        return self.world.get(kind, self.ids[0], status=404)


Handler = Callable[[Call], Resource]


@dataclass(frozen=True)
class Route:
    """One line of the API. `accepts` are the names of its parameters, separated by spaces."""

    method: str
    path: str
    handler: Handler
    accepts: str = ""

    def known(self) -> frozenset[str]:
        """Every parameter it accepts."""
        return frozenset(self.accepts.split()) | {"expand"}


class Router:
    """Finds the route of a request."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """A path's parts in braces stand for an id."""
        self._routes = [(re.compile(re.sub(r"\{\w+\}", r"([^/]+)", route.path)), route) for route in routes]

    def find(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        """The route and the ids in the path. Raises Refused (404)."""
        for pattern, route in self._routes:
            match = pattern.fullmatch(path)
            if match is not None and route.method == method:
                return route, match.groups()
        message = f"Unrecognized request URL ({method}: {path[:200]}). The test stand-in of Stripe does not have it."
        raise failures.Refused(404, "invalid_request_error", message)
