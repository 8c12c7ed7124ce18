"""The hosted pages' frame: plain HTML without scripts, labelled as test mode, everything in it escaped."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from html import escape

from starlette.responses import HTMLResponse, RedirectResponse, Response

from stack.stripe.cards import OFFERED

LABEL = "Test mode: no money moves"
_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#c9ccd3, #4a4f5a); --accent: light-dark(#1d4ed8, #93b4ff); }
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 42rem; padding: 1rem;
  background: light-dark(#ffffff, #14161a); color: light-dark(#1b1d22, #eceef2); }
.label { background: #ffd60a; color: #1b1d22; font-weight: 600; padding: .5rem .75rem; border-radius: .375rem; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.125rem; margin-top: 2rem; }
fieldset { border: 1px solid var(--line); border-radius: .375rem; margin: 1rem 0; padding: .75rem; }
label { display: block; margin: .5rem 0; } label.choice { display: flex; gap: .5rem; align-items: baseline; }
input:not([type=radio]), select { font: inherit; width: 100%; padding: .5rem; border: 1px solid var(--line);
  border-radius: .375rem; background: inherit; color: inherit; }
button { font: inherit; font-weight: 600; padding: .625rem 1rem; border: 0; border-radius: .375rem; cursor: pointer;
  background: light-dark(#1d4ed8, #93b4ff); color: light-dark(#ffffff, #14161a); }
button.quiet { background: none; color: var(--accent); border: 1px solid currentColor; }
a { color: var(--accent); } :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
form { margin: .75rem 0; } form button { margin-top: .5rem; } caption { text-align: start; padding: .25rem .5rem; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding: .5rem;
  text-align: start; } td.sum, th.sum { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
.alert { border-inline-start: .25rem solid #d92d20; padding: .5rem .75rem; }
.notice { border-inline-start: .25rem solid #16803c; padding: .5rem .75rem; }
"""
_HEADERS = {
    "Cache-Control": "no-store",
    # No form-action: Chromium would hold it against the redirect back to the shop.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def stylesheet() -> Response:
    """The style of every page."""
    return Response(_STYLE, media_type="text/css", headers={"X-Content-Type-Options": "nosniff"})


def page(title: str, *parts: str, alert: str = "", notice: str = "", status: int = 200) -> HTMLResponse:
    """A page; `alert` says what went wrong and is told to screen readers first, `notice` what went well."""
    said = f'<p class="alert" role="alert">{escape(alert)}</p>' if alert else ""
    said += f'<p class="notice" role="status">{escape(notice)}</p>' if notice else ""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · {LABEL}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/_pages/style.css"></head>'
        f'<body><p class="label">{LABEL}. This page stands in for Stripe.</p><main><h1>{escape(title)}</h1>{said}'
        f"{''.join(parts)}</main></body></html>",
        status,
        _HEADERS,
    )


def away(address: str) -> RedirectResponse:
    """On to another page, after something was done."""
    return RedirectResponse(address, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def money(amount: int, currency: str) -> str:
    """An amount as people read it."""
    sign = "-" if amount < 0 else ""
    return escape(f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d} {currency.upper()}")


def date(moment: int | None) -> str:
    """A day in UTC."""
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%-d %B %Y") if moment is not None else ""


def form(address: str, *parts: str) -> str:
    """A form that posts to an address of ours."""
    return f'<form method="post" action="{escape(address)}">{"".join(parts)}</form>'


def button(words: str, action: str, *, quiet: bool = False) -> str:
    """A button that says which action the form is for."""
    kind = ' class="quiet"' if quiet else ""
    return f'<button type="submit" name="action" value="{escape(action)}"{kind}>{escape(words)}</button>'


def field(
    name: str, words: str, value: str | None = "", *, kind: str = "text", required: bool = False, auto: str = ""
) -> str:
    """A labelled field."""
    must = " required" if required else ""
    complete = f' autocomplete="{auto}"' if auto else ""
    return (
        f'<label for="{name}">{escape(words)}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" value="{escape(value or "")}"{must}{complete}>'
    )


def choices(name: str, legend: str, options: Iterable[tuple[str, str]], chosen: str) -> str:
    """One of several, as radio buttons."""
    radios = "".join(
        f'<label class="choice"><input type="radio" name="{name}" value="{escape(value)}"'
        f"{' checked' if value == chosen else ''}>{escape(words)}</label>"
        for value, words in options
    )
    return f"<fieldset><legend>{escape(legend)}</legend>{radios}</fieldset>"


def card_choices(chosen: str = "success") -> str:
    """The test cards to choose from; there is no field that a number could be typed into."""
    return choices("card", "Test card", [(card.name, card.title) for card in OFFERED], chosen)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]], caption: str) -> str:
    """A table of cells that are HTML already; the last column holds sums."""
    names = list(heads)
    head = "".join(f'<th scope="col"{_sum(place, names)}>{escape(name)}</th>' for place, name in enumerate(names))
    body = "".join(
        f"<tr>{''.join(f'<td{_sum(place, names)}>{cell}</td>' for place, cell in enumerate(row))}</tr>" for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _sum(place: int, names: list[str]) -> str:
    return ' class="sum"' if place == len(names) - 1 else ""
