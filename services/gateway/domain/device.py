"""What a person recognises a session by, made from a user agent of which nothing else is kept."""

from __future__ import annotations

import re

_PROGRAMS = (
    (re.compile(r"\bstripsession\b", re.IGNORECASE), "stripsession"),
    # Before Chrome and Safari, whose names these bear as well.
    (re.compile(r"\bEdg(?:e|A|iOS)?/"), "Edge"),
    (re.compile(r"\b(?:OPR|Opera|OPT)/"), "Opera"),
    (re.compile(r"\bSamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"\b(?:Firefox|FxiOS)/"), "Firefox"),
    (re.compile(r"\b(?:Chrome|CriOS|Chromium|HeadlessChrome)/"), "Chrome"),
    (re.compile(r"\bVersion/[0-9.]+ .*\bSafari/"), "Safari"),
)
_SYSTEMS = (
    (re.compile(r"\biPhone\b"), "iPhone"),
    (re.compile(r"\biPad\b"), "iPad"),
    (re.compile(r"\bAndroid\b"), "Android"),
    (re.compile(r"\bCrOS\b"), "ChromeOS"),
    (re.compile(r"\bWindows\b"), "Windows"),
    (re.compile(r"\b(?:Macintosh|Mac OS X|Darwin)\b"), "Mac"),
    (re.compile(r"\bLinux\b"), "Linux"),
)
_LOOKED_AT_MAX = 512


def device_of(user_agent: str) -> str:
    """Program and system, e.g. "Firefox, Linux"; one of them where only that is known, else empty. No versions."""
    text = user_agent[:_LOOKED_AT_MAX]
    found = (next((name for pattern, name in kinds if pattern.search(text)), "") for kinds in (_PROGRAMS, _SYSTEMS))
    return ", ".join(name for name in found if name)
