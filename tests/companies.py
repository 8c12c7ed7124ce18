"""Which tests run in one process, when several share them."""

from __future__ import annotations

from xdist.scheduler.loadscope import LoadScopeScheduling

STORIES = "tests/stories"


def company_of(nodeid: str) -> str:
    """A file's tests share servers, and all stories share a whole stack: each such company stays together."""
    file = nodeid.partition("::")[0]
    return STORIES if file.startswith(f"{STORIES}/") else file


class Companies(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Hands out whole companies, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return company_of(nodeid)
