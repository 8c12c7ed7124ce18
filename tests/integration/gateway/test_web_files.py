"""The built page over real HTTP: what is kept how long, what comes compressed, and what never comes."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest

from services.gateway.api.web_files import POLICY
from tests.integration.gateway.conftest import Door
from tests.integration.gateway.test_routes import check_problem

IMMUTABLE = "public, max-age=31536000, immutable"
SCRIPT = "export const words = 'stems';\n" * 50


@pytest.fixture
def built(web_dir: Path) -> Path:
    """What Vite leaves: one script three times over, one that is gzipped only, one that is plain."""
    assets = web_dir / "assets"
    assets.mkdir()
    (assets / "main-4fa1.js").write_text(SCRIPT)
    (assets / "main-4fa1.js.br").write_bytes(b"as if by brotli")
    (assets / "main-4fa1.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (assets / "main-4fa1.js.map").write_text("{}")
    (assets / "style-77.css").write_text("a { color: red }")
    (web_dir / "index.html.gz").write_bytes(gzip.compress((web_dir / "index.html").read_bytes()))
    return web_dir


async def raw(door: Door, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer, and its bytes as they came."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with door.http.stream("GET", path, headers={"Accept-Encoding": "identity", **named}) as answer:
        return answer, b"".join([chunk async for chunk in answer.aiter_raw()])


async def test_files_named_by_their_content_are_kept_for_a_year(built: Path, door: Door) -> None:
    """Assets are immutable; every other file is asked for each time."""
    for path in ("/assets/main-4fa1.js", "/assets/style-77.css"):
        answer, _ = await raw(door, path)
        assert answer.headers["cache-control"] == IMMUTABLE
        held, _ = await raw(door, path, If_None_Match=answer.headers["etag"])
        assert (held.status_code, held.headers["cache-control"]) == (304, IMMUTABLE)
    for path in ("/", "/js/main.js"):
        answer, _ = await raw(door, path)
        assert answer.headers["cache-control"] == "no-cache"
    missing, _ = await raw(door, "/assets/main-0000.js")
    assert (missing.status_code, missing.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize(
    ("asked", "coding", "data"),
    [
        ("br, gzip", "br", b"as if by brotli"),
        ("gzip, deflate, br;q=0", "gzip", SCRIPT.encode()),
        ("gzip", "gzip", SCRIPT.encode()),
        ("identity", None, SCRIPT.encode()),
        ("deflate", None, SCRIPT.encode()),
    ],
)
async def test_a_file_comes_compressed_where_that_is_taken(
    built: Path, door: Door, asked: str, coding: str | None, data: bytes
) -> None:
    """The best sibling that the reader takes is sent, as the script that it is; caches are told to tell them apart."""
    answer, sent = await raw(door, "/assets/main-4fa1.js", Accept_Encoding=asked)
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-length"] == str(len(sent))
    assert (gzip.decompress(sent) if coding == "gzip" else sent) == data
    held, _ = await raw(door, "/assets/main-4fa1.js", Accept_Encoding=asked, If_None_Match=answer.headers["etag"])
    assert (held.status_code, held.headers["vary"]) == (304, "Accept-Encoding")


async def test_each_form_of_a_file_has_its_own_tag(built: Path, door: Door) -> None:
    """The plain file is not taken for held by who holds the compressed one, and the index comes compressed, too."""
    packed, _ = await raw(door, "/assets/main-4fa1.js", Accept_Encoding="gzip")
    plain, _ = await raw(door, "/assets/main-4fa1.js", If_None_Match=packed.headers["etag"])
    assert plain.status_code == 200
    index, sent = await raw(door, "/", Accept_Encoding="br, gzip")
    assert (index.headers["content-encoding"], index.headers["content-type"]) == ("gzip", "text/html; charset=utf-8")
    assert b"StripSession" in gzip.decompress(sent)
    assert index.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("words.json", "application/json"),
        ("site.webmanifest", "application/manifest+json"),
        ("inter.woff2", "font/woff2"),
        ("decoder.wasm", "application/wasm"),
        ("icon.svg", "image/svg+xml"),
        ("worker.mjs", "text/javascript; charset=utf-8"),
    ],
)
async def test_every_kind_of_file_has_its_type(built: Path, door: Door, name: str, media_type: str) -> None:
    """Types are ours, whatever the machine's own table says."""
    (built / "assets" / name).write_bytes(b"{}")
    answer, _ = await raw(door, f"/assets/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)


@pytest.mark.parametrize("end", ["js.map", "js.br", "js.gz", "js.gz.gz"])
async def test_maps_and_compressed_forms_have_no_address(built: Path, door: Door, end: str) -> None:
    """Neither a source map nor a compressed sibling comes by its own name."""
    check_problem(await door.http.get(f"/assets/main-4fa1.{end}"), 404)
