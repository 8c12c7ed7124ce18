"""Locks hold names, versions and hashes; an address would tie them to one mirror."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.lints.source import Finding, Source

ADDRESS = re.compile(r"://|^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b|\s@\s")
LOCK_NAMES = frozenset({"package-lock.json", "npm-shrinkwrap.json"})


def addresses_in_locks(source: Source) -> Iterator[Finding]:
    """A registry, index or URL in a lock or a requirements file."""
    is_requirements = "requirements" in source.path.parts[:-1] and source.path.suffix == ".txt"
    is_npm = source.path.name in LOCK_NAMES
    if not (is_requirements or is_npm):
        return
    for line, text in enumerate(source.text.splitlines(), start=1):
        if is_requirements and ADDRESS.search(text):
            yield source.finding(line, "an address in a lock: names, versions and hashes only")
        if is_npm and ('"resolved":' in text or "://" in text):
            advice = "keep omit-lockfile-registry-resolved in web/.npmrc, and take out what npm says of funding"
            yield source.finding(line, f"an address in a lock: {advice}")
