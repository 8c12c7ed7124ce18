"""What import-linter cannot say of a service: who has which extra room, what none lacks, and that its heart is pure."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator

from tests.lints.source import Finding, Source

# Room -> the one service that has it. A new extra room needs a decision, and a line here.
EXTRA_ROOMS = {"audio": "separation", "decoder": "separation", "media": "library"}
REQUIRED_FILES = ("__main__.py", "wiring.py")
# The domain is told the time and does not wait.
CLOCKS = frozenset({"asyncio", "time", "threading"})


def misplaced_rooms(source: Source) -> Iterator[Finding]:
    """An extra room in a service that has no decision for it."""
    parts = source.path.parts
    if source.is_python and parts[0] == "services" and len(parts) > 3:
        owner = EXTRA_ROOMS.get(parts[2])
        if owner not in {None, parts[1]}:
            yield source.finding(1, f"{parts[2]}/ belongs to {owner} alone")


def impure_hearts(source: Source) -> Iterator[Finding]:
    """An import in domain/ or app/ from neither the standard library nor the service; async or time in domain/."""
    parts = source.path.parts
    if not (source.is_python and parts[0] == "services" and len(parts) > 3 and parts[2] in {"app", "domain"}):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        else:
            if parts[2] == "domain" and isinstance(node, ast.AsyncFunctionDef | ast.Await):
                yield source.finding(node.lineno, "the domain does not wait: no async here")
            continue
        for module in modules:
            package = module.partition(".")[0]
            if package not in sys.stdlib_module_names and not module.startswith(f"services.{parts[1]}."):
                yield source.finding(
                    node.lineno, f"{parts[2]}/ imports {module}: only the standard library and its own"
                )
            if parts[2] == "domain" and package in CLOCKS:
                yield source.finding(node.lineno, f"the domain imports {module}: time is given to it")


def incomplete_services(sources: Iterable[Source]) -> Iterator[Finding]:
    """A service without its entry point or wiring."""
    paths = {str(source.path) for source in sources}
    services = sorted({path.split("/")[1] for path in paths if path.startswith("services/") and path.count("/") > 1})
    for service in services:
        for name in REQUIRED_FILES:
            if f"services/{service}/{name}" not in paths:
                yield Finding(f"services/{service}", 1, f"has no {name}")
