"""One song's way through the gateway: upload, separation with live progress, stems on disk."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import httpx
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from cli.exits import CommandFault
from cli.gateway import Gateway, Json, Refused
from cli.uploads import Memory, upload

_CREATE_S = 180.0
"""Longer than the gateway's own deadline: a file that does not declare its length is decoded to its end first."""
_DOWNLOAD_TRIES = 8
_NAME_CHARACTERS_MAX = 120
_PARALLEL_SONGS = 4


@dataclasses.dataclass(frozen=True)
class Request:
    """What to do with each song."""

    out: Path
    format: str
    stems: tuple[str, ...] = ()
    """Stems to download; empty means all."""
    model: str = ""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one song."""

    song: Path
    folder: Path | None
    fault: str = ""
    warnings: tuple[str, ...] = ()


def progress_bars() -> Progress:
    """Bars for a person: what is happening, how far, how long."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
        TimeElapsedColumn(),
        refresh_per_second=8,
    )


async def separate_all(
    gateway: Gateway, songs: Sequence[Path], request: Request, memory: Memory, bars: Progress
) -> list[Outcome]:
    """Separate several songs at once; one that fails leaves the others alone."""
    folders = _folders(songs, request.out)
    slots = asyncio.Semaphore(_PARALLEL_SONGS)

    async def one(song: Path, folder: Path) -> Outcome:
        bar = bars.add_task(_shortened(song.name), total=100, detail="waiting")
        async with slots:
            try:
                return await _separate(gateway, song, folder, request, memory, bars, bar)
            except (Refused, CommandFault, OSError, httpx.HTTPError) as error:
                bars.update(bar, detail="failed")
                return Outcome(song, None, str(error) or type(error).__name__)

    return list(await asyncio.gather(*(one(song, folder) for song, folder in zip(songs, folders, strict=True))))


async def _separate(
    gateway: Gateway, song: Path, folder: Path, request: Request, memory: Memory, bars: Progress, bar: TaskID
) -> Outcome:
    size = max(song.stat().st_size, 1)
    bars.update(bar, detail="uploading")
    upload_id = await upload(
        gateway,
        song,
        memory,
        lambda sent: bars.update(bar, completed=_unfinished(100 * sent / size), detail="uploading"),
    )
    bars.update(bar, detail="looking into it")
    body = {"upload_id": upload_id} | ({"model": request.model} if request.model else {})
    headers = {"Idempotency-Key": upload_id}
    try:
        track = await gateway.json("POST", "/v1/tracks", json=body, headers=headers, answer_s=_CREATE_S)
    except Refused as refusal:
        if refusal.status < httpx.codes.INTERNAL_SERVER_ERROR:
            # It would be refused again: a new run must send the file anew.
            memory.remember(song, None)
        raise
    memory.remember(song, None)
    track = await _wait(gateway, str(track["track_id"]), bars, bar)
    wanted = request.stems or tuple(track["stems"])
    if unknown := [stem for stem in wanted if stem not in track["stems"]]:
        raise CommandFault(f"this model has no stem {unknown[0]}; it has {', '.join(track['stems'])}")
    folder.mkdir(parents=True, exist_ok=True)
    for number, stem in enumerate(wanted):
        bars.update(bar, completed=100 * number / len(wanted), detail=f"downloading {stem}")
        path = f"/v1/tracks/{track['track_id']}/stems/{stem}.{request.format}"
        await _download(gateway, path, folder / f"{stem}.{request.format}")
    bars.update(bar, completed=100, detail="done")
    return Outcome(song, folder, warnings=tuple(track.get("warnings") or ()))


async def _wait(gateway: Gateway, track_id: str, bars: Progress, bar: TaskID) -> Json:
    async for event in gateway.events(f"/v1/tracks/{track_id}/events"):
        bars.update(bar, completed=_unfinished(float(event.get("percent") or 0)), detail=_said(event))
        match event.get("state"):
            case "ready":
                break
            case "failed":
                failure = event.get("failure") or {}
                raise CommandFault(str(failure.get("message") or "the separation failed"))
            case "cancelled":
                raise CommandFault("the separation was cancelled")
    return await gateway.json("GET", f"/v1/tracks/{track_id}")


def _unfinished(percent: float) -> float:
    # A bar that has been full once stops its clock.
    return min(percent, 99.9)


def _said(event: Json) -> str:
    ahead, eta_s = event.get("jobs_ahead"), event.get("eta_s")
    if event.get("state") == "checking":
        return "looking into it"
    if ahead:
        return f"waiting, {ahead} before it"
    return f"separating, {eta_s:.0f} s left" if isinstance(eta_s, int | float) else "separating"


async def _download(gateway: Gateway, path: str, target: Path) -> None:
    """Fetch to a file beside the target, going on where a broken connection stopped; then rename."""
    partial = target.with_name(target.name + ".part")
    partial.unlink(missing_ok=True)
    etag = ""
    for tries in range(_DOWNLOAD_TRIES):
        have = partial.stat().st_size if partial.exists() else 0
        headers = {"Range": f"bytes={have}-", "If-Range": etag} if have and etag else {}
        try:
            async with gateway.stream(path, headers) as answer:
                etag = answer.headers.get("etag", "")
                with partial.open("ab" if answer.status_code == httpx.codes.PARTIAL_CONTENT else "wb") as file:
                    async for block in answer.aiter_bytes():
                        file.write(block)
            partial.replace(target)
            return
        except httpx.HTTPError:
            await asyncio.sleep(min(0.25 * 2**tries, 5.0))
        except Refused as refusal:
            if refusal.status < httpx.codes.INTERNAL_SERVER_ERROR and refusal.status != httpx.codes.TOO_MANY_REQUESTS:
                raise
            await asyncio.sleep(min(0.25 * 2**tries, 5.0))
    raise CommandFault(f"{target.name} could not be downloaded; run the same command again")


def _folders(songs: Sequence[Path], out: Path) -> list[Path]:
    taken: set[str] = set()
    folders: list[Path] = []
    for song in songs:
        name = base = _folder_name(song)
        number = 2
        while name.casefold() in taken:
            name, number = f"{base} ({number})", number + 1
        taken.add(name.casefold())
        folders.append(out / name)
    return folders


def _folder_name(song: Path) -> str:
    text = unicodedata.normalize("NFC", song.stem.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    text = re.sub(r"[\x00-\x1f\x7f/\\]", "_", text).strip(" .")[:_NAME_CHARACTERS_MAX]
    return text or "song"


def _shortened(name: str, characters_max: int = 32) -> str:
    return name if len(name) <= characters_max else name[: characters_max - 1] + "…"
