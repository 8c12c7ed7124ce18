"""Downloads: stems, mixes, stem files and zips, with byte ranges wherever the size is known."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from services.gateway.api.calls import ask
from services.gateway.api.download_stream import LibrarySource
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer
from services.gateway.api.file_answers import RANGE_HEADERS, ServedFile, file_answer
from services.gateway.api.problems import refuse
from services.gateway.api.schema import Body, Text
from services.gateway.domain.disposition import content_disposition
from services.gateway.domain.identifiers import is_known_shape
from stripsession.library.v1 import library_service_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from services.gateway.app.ports import PlanReading
    from stripsession.library.v1.library_service_pb2_grpc import LibraryServiceAsyncStub

_FORMATS = ("flac", "wav", "mp3", "m4a", "opus")
_MEDIA_TYPES = ("audio/flac", "audio/wav", "audio/mpeg", "audio/mp4", "audio/ogg")
_MADE = (
    *("FORMAT_NOT_IN_PLAN", "SEGMENT_NOT_FOUND", "STEM_NOT_FOUND", "TRACK_NOT_FOUND", "TRACK_NOT_READY"),
    "UNKNOWN_FORMAT",
)
_NUMBERS = r"^(?: *[+\x2D]?[0-9]{1,4}(\.[0-9]{1,6})?( *, *[+\x2D]?[0-9]{1,4}(\.[0-9]{1,6})?)* *)?$"
_NOT_NUMBERS = "must be numbers separated by commas"
_STEMS = Text("stems", "Names of stems, separated by commas; absent takes all.", length_max=500, example="drums,bass")
_GAINS = Text(
    "gains",
    "Gain in dB of each stem named, separated by commas, -60 to 24.",
    length_max=500,
    pattern=_NUMBERS,
    fault=_NOT_NUMBERS,
    example="0,-3",
)
_PANS = Text(
    "pans",
    "Place of each stem named, separated by commas, -1 (left) to 1 (right).",
    length_max=500,
    pattern=_NUMBERS,
    fault=_NOT_NUMBERS,
    example="-0.5,0.5",
)
_PRESET = Text(
    "preset",
    "In place of stems: all but the voices (karaoke, instrumental), or the voices alone (acapella).",
    options=("karaoke", "instrumental", "acapella"),
    shared="MixPreset",
)
_FORMAT = Text("format", "Format of each file; absent takes flac.", options=_FORMATS, shared="AudioFormat")
_EXT = Text("ext", "Format of the file.", options=_FORMATS, shared="AudioFormat")
_MIX_EXT = Text(
    "ext",
    "Format of the file; stem.mp4 is the whole song with its stems, and takes no query.",
    options=(*_FORMATS, "stem.mp4"),
    shared="MixFormat",
)
_DEPTH = Text(
    "depth",
    "Bits of a wav, 32f being floating point; absent takes the song's own.",
    options=("16", "24", "32f"),
    shared="WavDepth",
)
_SPEED = Text(
    "speed",
    "2 gives an mp3, m4a or opus twice as fast at the same pitch.",
    options=("1", "2"),
    shared="PreviewSpeed",
)
NEW_MIX = Body(
    "NewMix",
    "Which stems sound, how loud and where, and in which format.",
    (
        dataclasses.replace(_MIX_EXT, name="format", required=True),
        *(_STEMS, _GAINS, _PANS, _PRESET, _DEPTH, _SPEED),
    ),
    {"format": "wav", "stems": "drums,bass", "gains": "0,-3", "depth": "24"},
)
_AS_FILES = (
    "Of a ready track. The file is made while it is read. All but flac of a mix have their size beforehand, and so"
    " ranges: go on with Range and If-Range where a download broke off."
)
_ONE = "/v1/tracks/{track_id}"


class DownloadRoutes:
    """A track as files."""

    def __init__(self, library: LibraryServiceAsyncStub, plans: PlanReading) -> None:
        """The library makes them; the plan says in which formats."""
        self._library = library
        self._plans = plans

    def endpoints(self) -> list[Endpoint]:
        """The routes."""

        def download(
            path: str, name: str, summary: str, *query: Text, types: tuple[str, ...] = _MEDIA_TYPES
        ) -> Endpoint:
            headers = ("Accept-Ranges", "Content-Disposition", "ETag")
            answers = (
                Answer(200, "The whole file.", media_types=types, headers=headers),
                Answer(206, "The range asked for.", media_types=types, headers=(*headers, "Content-Range")),
                Answer(304, "You hold it already."),
            )
            handle = {"downloadStem": self.stem, "downloadMix": self.mix, "downloadAll": self.bundle}[name]
            of_mixing = ("MIX_INVALID",) if name == "downloadMix" else ()
            return Endpoint(
                *("GET", path, name, summary, handle, answers),
                query=query,
                headers=RANGE_HEADERS,
                choices={"downloadStem": {"ext": _EXT}, "downloadMix": {"ext": _MIX_EXT}}.get(name, {}),
                tag="downloads",
                description=_AS_FILES,
                refusals=(*_MADE, *of_mixing, "RANGE_INVALID", "RANGE_OUTSIDE"),
            )

        mixing = (_STEMS, _GAINS, _PANS, _PRESET, _DEPTH, _SPEED)
        return [
            download(
                f"{_ONE}/stems/{{stem}}.{{ext}}", "downloadStem", "One stem or preset as one file.", _DEPTH, _SPEED
            ),
            download(
                f"{_ONE}/mix.{{ext}}",
                "downloadMix",
                "Some stems, summed; stem.mp4 is the whole song with its stems, for DJ software.",
                *mixing,
            ),
            download(
                f"{_ONE}/download.zip",
                "downloadAll",
                "Some stems or all, each a file in a zip.",
                *(_FORMAT, _STEMS, _DEPTH),
                types=("application/zip",),
            ),
            Endpoint(
                "POST",
                f"{_ONE}/mixes",
                "createMix",
                "Check a mix, and get the address that it can be downloaded from. Nothing is stored.",
                self.new_mix,
                (Answer(200, "The mix.", "Mix"),),
                body=NEW_MIX,
                tag="downloads",
                description="The same as asking downloadMix for it, without its bytes.",
                refusals=(*_MADE, "MIX_INVALID"),
            ),
        ]

    async def stem(self, call: Call) -> Response:
        """One stem as one file."""
        return await self._download(call, _spec(call, call.path["ext"], {"stems": call.path["stem"], **_asked(call)}))

    async def mix(self, call: Call) -> Response:
        """Stems summed into one file."""
        return await self._download(call, _spec(call, call.path["ext"], _asked(call)))

    async def bundle(self, call: Call) -> Response:
        """A zip."""
        asked = _asked(call)
        return await self._download(call, _spec(call, asked.pop("format", "flac"), asked, bundle=True))

    async def new_mix(self, call: Call) -> Response:
        """A mix's address."""
        asked = {name: text for name, text in (await call.body()).items() if text}
        file_format = asked.pop("format")
        told = await self._described(_spec(call, file_format, asked))
        query = f"?{urlencode(asked, safe=',')}" if asked else ""
        return json_answer(
            {
                "url": f"/v1/tracks/{call.path['track_id']}/mix.{file_format}{query}",
                "file_name": told.file_name,
                "media_type": told.media_type,
                "size_bytes": None if told.size_unknown else told.size_bytes,
            }
        )

    async def _described(self, spec: library_service_pb2.DownloadSpec) -> library_service_pb2.DescribeDownloadResponse:
        """What the file would be. Raises Refused, first of all for a format that the person's plan has not."""
        plan = await self._plans.formats_of(spec.owner_id, spec.format)
        if not plan.has(spec.format):
            has = ", ".join(plan.formats)
            detail = f"The {plan.title} plan has no {spec.format}. Choose {has}, or take a larger plan."
            raise refuse(402, "FORMAT_NOT_IN_PLAN", detail)
        return await ask(self._library.DescribeDownload, library_service_pb2.DescribeDownloadRequest(spec=spec))

    async def _download(self, call: Call, spec: library_service_pb2.DownloadSpec) -> Response:
        told = await self._described(spec)
        file = ServedFile(
            etag=f'"{re.sub(r"[^A-Za-z0-9_.:-]", "", told.etag)}"',
            disposition=content_disposition(told.file_name),
            media_type=told.media_type,
            size_bytes=None if told.size_unknown else told.size_bytes,
        )
        return await file_answer(call, file, LibrarySource(self._library, spec, etag=told.etag))


def _asked(call: Call) -> dict[str, str]:
    texts = {parameter.name: call.text(parameter.name) for parameter in call.endpoint.query}
    return {name: text for name, text in texts.items() if text}


def _spec(
    call: Call, file_format: str, asked: Mapping[str, str], *, bundle: bool = False
) -> library_service_pb2.DownloadSpec:
    stems = [name.strip() for name in asked.get("stems", "").split(",") if name.strip()]
    if not all(is_known_shape("stem", name) for name in stems):
        raise refuse(404, "STEM_NOT_FOUND", "There is no such stem.")
    return library_service_pb2.DownloadSpec(
        owner_id=call.owner_id,
        track_id=call.path["track_id"],
        stems=stems,
        format=file_format,
        bundle=bundle,
        gains_db=_numbers("gains", asked),
        pans=_numbers("pans", asked),
        preset=asked.get("preset", ""),
        wav_depth=asked.get("depth", ""),
        speed=int(asked.get("speed", "1")),
    )


def _numbers(name: str, asked: Mapping[str, str]) -> list[float]:
    return [float(piece) for piece in asked[name].split(",")] if name in asked else []
