"""One song's way through the gateway: upload, separation with live progress, stems on disk."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

import httpx

from cli.bars import SongBar, SongBars
from cli.downloads import download
from cli.exits import CommandFault
from cli.gateway import Gateway, Json, Refused
from cli.mixes import Mix
from cli.report import lines_of, plain_lines_of, write_report
from cli.uploads import Memory, upload

_CREATE_S = 180.0
"""Longer than the gateway's own deadline: a file that does not declare its length is decoded to its end first."""
_NAME_CHARACTERS_MAX = 120
_PARALLEL_SONGS = 4
WHOLE_FORMAT = "stem.mp4"
"""One file that holds the whole song with its stems."""
_OVER = frozenset({"failed", "cancelled"})
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclasses.dataclass(frozen=True)
class Request:
    """What to do with each song."""

    out: Path
    format: str
    stems: tuple[str, ...] = ()
    """Stems to download; empty means all."""
    model: str = ""
    again: bool = False
    """Separate also what was separated before."""
    mix: Mix | None = None
    """To download in place of stems."""
    depth: str = ""
    """Of a WAV; empty means the song's own."""
    speed: int = 1
    """2 is a preview, twice as fast."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one song."""

    song: Path
    folder: Path | None
    fault: str = ""
    warnings: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    """Lines of what its separation came to, figure by figure."""
    told: tuple[str, ...] = ()
    """The same for who wants to make music with it."""
    is_known: bool = False
    """It had been separated before, and was only fetched."""


async def separate_all(
    gateway: Gateway, songs: Sequence[Path], request: Request, memory: Memory, bars: SongBars
) -> list[Outcome]:
    """Separate several songs at once; one that fails leaves the others alone."""
    slots = asyncio.Semaphore(_PARALLEL_SONGS)

    async def one(song: Path, folder: Path) -> Outcome:
        bar = bars.add(song.name)
        async with slots:
            try:
                return await _separate(gateway, song, folder, request, memory, bar)
            except (Refused, CommandFault, OSError, httpx.HTTPError) as error:
                bar.failed()
                return Outcome(song, None, _fault_of(error))

    pairs = zip(songs, folders(songs, request.out), strict=True)
    return list(await asyncio.gather(*(one(song, folder) for song, folder in pairs)))


async def _separate(
    gateway: Gateway, song: Path, folder: Path, request: Request, memory: Memory, bar: SongBar
) -> Outcome:
    known = None if request.again else await _known_track(gateway, song, request.model, memory)
    track = known or await _new_track(gateway, song, request, memory, bar)
    is_known = known is not None and known["state"] == "ready"
    if not is_known:
        track = await _wait(gateway, str(track["track_id"]), bar)
    stems = request.stems or tuple(track["stems"])
    if unknown := [stem for stem in stems if stem not in track["stems"]]:
        raise CommandFault(f"this model has no stem {unknown[0]}; it has {', '.join(track['stems'])}")
    told = await gateway.json("GET", f"/v1/tracks/{track['track_id']}/manifest?from={track.get('segments', 0)}")
    try:
        await _fetch(gateway, str(track["track_id"]), _files(request, stems, folder), folder, bar)
        write_report(told, folder)
    except OSError as error:
        raise CommandFault(f"its stems are in your library, but {_refused_by(folder, error)}") from error
    bar.done()
    return Outcome(
        song,
        folder,
        warnings=tuple(track.get("warnings") or ()),
        report=lines_of(told),
        told=plain_lines_of(told),
        is_known=is_known,
    )


def _fault_of(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return "there is no room left on this disk; free some, then run the same command again, which goes on from here"
    return str(error) or type(error).__name__


def _refused_by(folder: Path, error: OSError) -> str:
    if error.errno in _NO_ROOM:
        return f"{folder} has no room for them; free some, then run the same command again, which fetches the rest"
    reason = (error.strerror or str(error)).lower()
    return f"{folder} cannot take them: {reason}; mend that and run the same command again, which only fetches them"


async def _known_track(gateway: Gateway, song: Path, model: str, memory: Memory) -> Json | None:
    """The track that this very file became before, unless it came to nothing, is gone or is another model's."""
    track_id = memory.track(song)
    if track_id is None:
        return None
    try:
        track = await gateway.json("GET", f"/v1/tracks/{track_id}")
    except Refused as refusal:
        if refusal.status not in (403, 404, 410):
            raise
        return None
    is_other = bool(model and track.get("model")) and track["model"] != model
    return None if is_other or track.get("state") in _OVER else track


async def _new_track(gateway: Gateway, song: Path, request: Request, memory: Memory, bar: SongBar) -> Json:
    asked = memory.asked(song)
    if asked is not None and not request.again:
        bar.looking()
        try:
            # The same key gives the same track, also when the upload is erased by now.
            return await _ask(gateway, song, asked, request.model, memory)
        except Refused as refusal:
            if refusal.status not in (403, 404, 410):
                raise
    size = max(song.stat().st_size, 1)
    bar.uploading(0)
    upload_id = await upload(gateway, song, memory, lambda sent: bar.uploading(sent / size))
    bar.looking()
    return await _ask(gateway, song, upload_id, request.model, memory)


async def _ask(gateway: Gateway, song: Path, upload_id: str, model: str, memory: Memory) -> Json:
    memory.remember_asking(song, upload_id)
    body = {"upload_id": upload_id} | ({"model": model} if model else {})
    headers = {"Idempotency-Key": upload_id}
    try:
        track = await gateway.json("POST", "/v1/tracks", json=body, headers=headers, answer_s=_CREATE_S)
    except Refused as refusal:
        if refusal.status < httpx.codes.INTERNAL_SERVER_ERROR:
            # It would be refused again: a new run must send the file anew.
            memory.remember(song, None)
        raise
    memory.remember_track(song, str(track["track_id"]))
    return track


async def _wait(gateway: Gateway, track_id: str, bar: SongBar) -> Json:
    async for event in gateway.events(f"/v1/tracks/{track_id}/events"):
        bar.separating(event)
        match event.get("state"):
            case "ready":
                break
            case "failed":
                failure = event.get("failure") or {}
                raise CommandFault(str(failure.get("message") or "the separation failed"))
            case "cancelled":
                raise CommandFault("the separation was cancelled")
    return await gateway.json("GET", f"/v1/tracks/{track_id}")


def _files(request: Request, stems: Sequence[str], folder: Path) -> list[tuple[str, str, str]]:
    """What to download: what it is, its path below the track, and its name in the folder."""
    extension = request.format
    if extension == WHOLE_FORMAT:
        return [("all stems", f"mix.{extension}", f"{folder.name}.{extension}")]
    # A preview lies beside the whole, it does not replace it.
    ending = f"{' at double speed' if request.speed == 2 else ''}.{extension}"
    asked = ({"depth": request.depth} if request.depth else {}) | ({"speed": "2"} if request.speed == 2 else {})
    if request.mix is not None:
        query = _query({**request.mix.query, **asked})
        return [(request.mix.name, f"mix.{extension}{query}", f"{request.mix.name}{ending}")]
    return [(stem, f"stems/{stem}.{extension}{_query(asked)}", f"{stem}{ending}") for stem in stems]


def _query(asked: Mapping[str, str]) -> str:
    return f"?{urlencode(asked, safe=',')}" if asked else ""


async def _fetch(
    gateway: Gateway, track_id: str, files: Sequence[tuple[str, str, str]], folder: Path, bar: SongBar
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, (what, path, name) in enumerate(files):
        bar.downloading(what, number / len(files))
        await download(gateway, f"/v1/tracks/{track_id}/{path}", folder / name)


def folders(songs: Sequence[Path], out: Path) -> list[Path]:
    """A folder of its own for each song's stems, below `out`."""
    taken: set[str] = set()
    found: list[Path] = []
    for song in songs:
        name = base = _folder_name(song)
        number = 2
        while name.casefold() in taken:
            name, number = f"{base} ({number})", number + 1
        taken.add(name.casefold())
        found.append(out / name)
    return found


def _folder_name(song: Path) -> str:
    text = unicodedata.normalize("NFC", song.stem.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    text = re.sub(r"[\x00-\x1f\x7f/\\]", "_", text).strip(" .")[:_NAME_CHARACTERS_MAX]
    return text or "song"
