"""Comments promise nothing for later, and a check is switched off only with its name and a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.lints.source import Finding, Source

LATER = re.compile(r"\b(TODO|FIXME|XXX)\b")
SWITCH = re.compile(
    r"#\s*(?P<kind>noqa|type:\s*ignore)(?P<codes>:\s*[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*|\[[\w\-, ]+\])?"
)
WEB_SWITCH = re.compile(r"@ts-(ignore|expect-error|nocheck)|eslint-disable|svelte-ignore")
REMARKED_SUFFIXES = frozenset({".css", ".html", ".js", ".proto", ".sh", ".sql", ".svelte", ".ts"})
REASON_WORDS_MIN = 2


def unfinished_work(source: Source) -> Iterator[Finding]:
    """A comment that leaves work for later: finish it, or write an issue."""
    if source.is_python:
        remarks = source.comments
    elif source.path.suffix in REMARKED_SUFFIXES:
        remarks = list(enumerate(source.text.splitlines(), start=1))
    else:
        return
    for line, text in remarks:
        if LATER.search(text):
            yield source.finding(line, "unfinished work in a comment: finish it or write an issue")


def unreasoned_switches(source: Source) -> Iterator[Finding]:
    """A `noqa` or `type: ignore` that lacks its code or its reason, on the same line."""
    if not source.is_python:
        return
    for line, text in source.comments:
        for switch in SWITCH.finditer(text):
            reason = text[switch.end() :].partition("# ")[2] or text[switch.end() :]
            words = re.findall(r"[A-Za-z]{2,}", SWITCH.sub("", reason))
            if switch["codes"] is None:
                yield source.finding(line, f"{switch['kind']} without the code it switches off")
            elif len(words) < REASON_WORDS_MIN:
                yield source.finding(line, f"{switch['kind']} without a reason on the line")


def unreasoned_web_switches(source: Source) -> Iterator[Finding]:
    """A TypeScript or Svelte check switched off without ` -- reason`."""
    if source.path.suffix not in {".js", ".svelte", ".ts"}:
        return
    for line, text in enumerate(source.text.splitlines(), start=1):
        switch = WEB_SWITCH.search(text)
        if switch and " -- " not in text[switch.end() :]:
            yield source.finding(line, f"{switch.group()} without ` -- reason` on the line")
