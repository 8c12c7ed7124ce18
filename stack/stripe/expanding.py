"""`expand[]`: ids replaced by their objects, and the lists that are told only when asked for."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping

from stack.stripe import failures
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_DEPTH_MAX = 4

Includable = Callable[[World, Resource], object]


class Expander:
    """Expands answers; what it changes shares nothing with the state."""

    def __init__(self, world: World, includables: Mapping[tuple[str, str], Includable]) -> None:
        """`includables` make the fields that are told only when expanded, by (kind, field)."""
        self._world = world
        self._includables = includables

    def expanded(self, answer: Resource, paths: Iterable[str]) -> Resource:
        """The answer with these paths expanded. Raises Refused."""
        # Of what was deleted only the name is told, whatever is asked for beside it.
        paths = [] if answer.get("deleted") else list(paths)
        answer = copy.deepcopy(answer) if paths else answer
        for path in paths:
            parts = path.split(".")
            depth = len(parts) - (parts[0] == "data")
            if depth > _DEPTH_MAX:
                message = f"You cannot expand more than {_DEPTH_MAX} levels of a property."
                raise failures.refused(message, param="expand")
            self._expand(answer, parts, path)
        return answer

    def _expand(self, here: Resource, parts: list[str], path: str) -> None:
        if not parts:
            raise failures.refused(f"This property cannot be expanded ({path[:200]}).", param="expand")
        name, rest = parts[0], parts[1:]
        if here.get("object") == "list" and name == "data":
            for member in here["data"]:
                self._expand(member, rest, path)
            return
        include = self._includables.get((str(here.get("object")), name))
        if include is not None and not isinstance(here.get(name), dict):
            here[name] = copy.deepcopy(include(self._world, here))
        if name not in here:
            message = f"This property cannot be expanded ({path[:200]})."
            raise failures.refused(message, param="expand")
        here[name] = self._resolved(here[name], path)
        for inner in here[name] if isinstance(here[name], list) else [here[name]]:
            if rest and isinstance(inner, dict):
                self._expand(inner, rest, path)

    def _resolved(self, value: object, path: str) -> object:
        if isinstance(value, str):
            found = self._world.find(value)
            if found is None:
                raise failures.refused(f"This property cannot be expanded ({path[:200]}).", param="expand")
            return copy.deepcopy(found)
        if isinstance(value, list):
            return [self._resolved(each, path) for each in value]
        return value
