"""What an export's archive says of itself, for people and for programs, piece by piece.

Every word that comes from elsewhere is escaped, and a page has neither a script nor anything from another place.
"""

from __future__ import annotations

import html
import json

from services.retention.domain.census import KindsInWords, KindWords
from services.retention.domain.export import Export, Part
from services.retention.domain.policy import LANGUAGES

FORMAT = "stripsession-export-1"
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>StripSession: what is held of you</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ border-bottom: 1px solid #ccc; padding: .4rem; text-align: left; vertical-align: top }}
td.size {{ text-align: right; white-space: nowrap }}
code {{ font-size: .8rem; overflow-wrap: anywhere }}
</style>
</head>
<body>
<h1>What is held of you</h1>
<p>All that StripSession held of you when this was made, on {day}. Documents are JSON, in which times are UTC; stems are
FLAC, as they lie in the store. <code>index.json</code> says the same for programs.</p>
<p lang="de">Alles, was StripSession bei der Erstellung am {day} von dir hatte. Dokumente sind JSON, Zeiten darin UTC;
Spuren sind FLAC, wie sie gespeichert sind. <code>index.json</code> sagt dasselbe für Programme.</p>
<p>Not here are secrets, such as digests of passwords, tokens and keys; where things lie in storage; and files that you
sent yourself, which are erased within a day.</p>
<p lang="de">Nicht hier sind Geheimnisse, etwa Prüfsummen von Passwörtern, Tokens und Schlüsseln; wo etwas im Speicher
liegt; und Dateien, die du selbst geschickt hast, die binnen eines Tages gelöscht werden.</p>
<table>
<thead><tr><th scope="col">File</th><th scope="col">What it is</th><th scope="col">Bytes</th></tr></thead>
<tbody>
"""
_LOST = (
    "This file is lost: it was to be in the store, and is not. Here it is empty."
    ' <span lang="de">Diese Datei ist verloren: Sie sollte im Speicher liegen, und tut es nicht. Hier ist sie'
    " leer.</span>"
)
_TAIL = """</tbody>
</table>
</body>
</html>
"""


def html_head(export: Export) -> str:
    """What stands before the list of files."""
    return _HEAD.format(day=f"{export.asked_at:%Y-%m-%d}")


def html_row(part: Part, words: KindsInWords) -> str:
    """One file."""
    kind = _words(part, words)
    told = html.escape(f"{part.holder}: {part.given.kind}")
    if kind is not None:
        each = [f'<span lang="{name}">{html.escape(kind.title[name])}</span>' for name in LANGUAGES]
        told = " · ".join(each) + f"<br><small>{html.escape(kind.use[LANGUAGES[0]])}</small>"
    if part.is_lost:
        told += f"<br><em>{_LOST}</em>"
    schema = f"<br><code>{html.escape(part.given.schema)}</code>" if part.given.schema else ""
    name = html.escape(part.archive_name)
    return (
        f'<tr><td><a href="{name}">{name}</a></td><td>{told}{schema}</td><td class="size">{part.size_bytes}</td></tr>\n'
    )


def html_tail() -> str:
    """What stands after it."""
    return _TAIL


def json_head(export: Export) -> str:
    """The same for programs; files follow, with a comma between each."""
    about = {"format": FORMAT, "export_id": export.export_id, "made_at": export.asked_at.isoformat()}
    return f'{json.dumps(about, indent=2)[:-2]},\n  "files": ['


def json_row(part: Part, words: KindsInWords, *, is_first: bool) -> str:
    """One file."""
    kind = _words(part, words)
    told = {
        "path": part.archive_name,
        "holder": part.holder,
        "kind": part.given.kind,
        "title": dict(kind.title) if kind is not None else None,
        "media_type": part.given.media_type,
        "schema": part.given.schema or None,
        "size_bytes": part.size_bytes,
        "is_lost": part.is_lost,
        "crc32": f"{part.crc32:08x}",
    }
    return f"{'' if is_first else ','}\n    {json.dumps(told, ensure_ascii=False)}"


def json_tail() -> str:
    """The end."""
    return "\n  ]\n}\n"


def _words(part: Part, words: KindsInWords) -> KindWords | None:
    return words.get(part.holder, {}).get(part.given.kind)
