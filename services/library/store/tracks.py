"""Tracks in PostgreSQL."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence

import asyncpg

from chassis.db.transaction import Connection
from services.library.app.ports import Place, Spot
from services.library.domain.errors import KeyReused
from services.library.domain.facts import Removed
from services.library.domain.listing import Order, TagCount, Wanted
from services.library.domain.remark import remarks_of
from services.library.domain.text import search_text
from services.library.domain.track import Audio, Failure, Track, TrackState
from services.library.store.remarks import read, written

_COLUMNS = (
    "SELECT t.track_id, t.owner_id, t.upload_id, t.idempotency_key, t.title, t.title_chosen, t.artist, t.state,"
    " t.model, t.job_id, t.jobs, t.attempt, t.sample_rate_hz, t.channels, t.depth_bits, t.codec, t.length_samples,"
    " t.stems, t.segments, t.playable_samples, t.failure_reason, t.failure_message, t.failure_retryable, t.warnings,"
    " t.remarks, t.stop_owed, t.created_at, t.updated_at, t.deleting_at, t.tags,"
    " u.wrapped_key IS NOT NULL AS upload_held,"
    " u.erased_at AS upload_erased_at, f.bpm, coalesce(f.key, '') AS key,"
    " CASE WHEN g.wrapped_key IS NULL THEN '' ELSE substring(g.cover_object FROM '[^/]*$') END AS cover_version"
)
_FROM = (
    " FROM tracks t JOIN uploads u ON u.upload_id = t.upload_id"
    " LEFT JOIN findings f ON f.track_id = t.track_id AND t.state = 'ready'"
    " LEFT JOIN track_tags g ON g.track_id = t.track_id "
)
_SELECT = _COLUMNS + _FROM
_WANTED = (
    "WHERE t.owner_id = $1 AND t.deleting_at IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM unnest($2::text[]) AS word WHERE position(word IN t.search_text) = 0)"
    " AND ($3 = '' OR $3 = ANY (t.tags))"
)
_GET = _SELECT + "WHERE t.track_id = $1 AND t.owner_id = $2 AND t.deleting_at IS NULL"
_LOCKED = _SELECT + "WHERE t.track_id = $1 FOR UPDATE OF t"
_OF_KEY = _SELECT + "WHERE t.owner_id = $1 AND t.idempotency_key = $2 AND t.deleting_at IS NULL"
_OF_UPLOAD = _SELECT + "WHERE t.upload_id = $1 AND t.deleting_at IS NULL"
_NAMED = _SELECT + (
    "WHERE t.track_id = ANY ($2) AND t.owner_id = $1 AND t.deleting_at IS NULL"
    " ORDER BY t.created_at DESC, t.track_id DESC"
)
# The page is found among narrow rows, of which ten thousand are passed over in some milliseconds; only its own tracks
# are read whole.
_PAGE = (
    f"{_SELECT} JOIN (SELECT t.track_id FROM tracks t {_WANTED}"  # noqa: S608  # constants of this module, no outside text
    " AND ($4::timestamptz IS NULL OR (t.created_at, t.track_id) < ($4, $5))"
    " ORDER BY t.created_at DESC, t.track_id DESC LIMIT $6 OFFSET $7"
    ") AS page ON page.track_id = t.track_id ORDER BY t.created_at DESC, t.track_id DESC"
)
_COUNT = f"SELECT count(t.created_at) FROM tracks t {_WANTED}"  # noqa: S608  # a constant of this module
_TAGS = (
    "SELECT tag.word, count(t.track_id) AS tracks FROM tracks t CROSS JOIN unnest(t.tags) AS tag (word)"
    ' WHERE t.owner_id = $1 AND t.deleting_at IS NULL GROUP BY tag.word ORDER BY tracks DESC, tag.word COLLATE "C"'
    " LIMIT $2"
)
# What is searched is folded already; accents go here. A key's beginning will do, so that a page's token stays short.
_PLAIN = "left(regexp_replace(normalize({0}, NFKD), '[\u0300-\u036f]', '', 'g'), 48)"
_TITLE_FIRST = "t.search_text"
_ARTIST_FIRST = "split_part(t.search_text, E'\\n', 2) || E'\\n' || split_part(t.search_text, E'\\n', 1)"
_SORT_KEYS = {
    Order.TITLE: _PLAIN.format(_TITLE_FIRST),
    Order.ARTIST: "CASE WHEN t.artist = '' THEN '1' ELSE '0' END || " + _PLAIN.format(_ARTIST_FIRST),
    Order.LENGTH: "coalesce(lpad((t.length_samples * 1000 / t.sample_rate_hz)::text, 15, '0'), '~')",
}
_ORDERED_PAGES = {
    order: f"{_COLUMNS}, page.sort_key {_FROM} JOIN ("  # noqa: S608  # constants of this module, no outside text
    f'SELECT spots.track_id, spots.sort_key FROM (SELECT t.track_id COLLATE "C", ({key}) COLLATE "C" AS sort_key'
    f" FROM tracks t {_WANTED}) AS spots"
    " WHERE $4::text IS NULL OR (spots.sort_key, spots.track_id) > ($4, $5)"
    " ORDER BY spots.sort_key, spots.track_id LIMIT $6 OFFSET $7"
    ") AS page ON page.track_id = t.track_id ORDER BY page.sort_key, page.track_id"
    for order, key in _SORT_KEYS.items()
}
_UNANSWERED = _SELECT + (
    "WHERE t.sample_rate_hz IS NULL AND t.deleting_at IS NULL AND t.state IN ('checking', 'separating')"
    " AND t.updated_at < $1 ORDER BY t.updated_at LIMIT $2"
)
_STOPPING = _SELECT + "WHERE t.stop_owed ORDER BY t.updated_at LIMIT $1"
_DELETING = _SELECT + "WHERE t.deleting_at IS NOT NULL AND t.deleted_at IS NULL ORDER BY t.deleting_at LIMIT $1"
_DELETING_OF = _SELECT + "WHERE t.owner_id = $1 AND t.deleting_at IS NOT NULL AND t.deleted_at IS NULL LIMIT $2"
_COUNT_REMOVED = (
    "UPDATE tracks t SET removed = jsonb_build_object('stems', cardinality(t.stems), 'stem_files', s.files, 'peaks',"
    " s.peaks, 'covers', (SELECT count(g.wrapped_key) FROM track_tags g WHERE g.track_id = $1), 'links',"
    " (SELECT count(l.share_id) FROM shares l WHERE l.track_id = $1))"
    " FROM (SELECT count(stem) AS files, count(stem) FILTER (WHERE length(peaks) > 0) AS peaks FROM segment_stems"
    " WHERE track_id = $1) s WHERE t.track_id = $1"
)
_ADD = (
    "INSERT INTO tracks (track_id, owner_id, upload_id, idempotency_key, title, title_chosen, artist, search_text,"
    " state, model, job_id, jobs, attempt, sample_rate_hz, channels, depth_bits, codec, length_samples, stems,"
    " segments, playable_samples, failure_reason, failure_message, failure_retryable, warnings, stop_owed, updated_at,"
    " deleting_at, tags, remarks, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
    " $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)"
)
_SAVE = (
    "UPDATE tracks SET idempotency_key = $4, title = $5, title_chosen = $6, artist = $7, search_text = $8, state = $9,"
    " model = $10, job_id = $11, jobs = $12, attempt = $13, sample_rate_hz = $14, channels = $15, depth_bits = $16,"
    " codec = $17, length_samples = $18, stems = $19, segments = $20, playable_samples = $21, failure_reason = $22,"
    " failure_message = $23, failure_retryable = $24, warnings = $25, stop_owed = $26, updated_at = $27,"
    " deleting_at = $28, tags = $29, remarks = $30 WHERE track_id = $1 AND owner_id = $2 AND upload_id = $3"
)


class TrackRows:
    """Tracks within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection

    async def add(self, track: Track) -> None:
        """Store a new track. Raises KeyReused when another upload's track took its idempotency key a moment before."""
        try:
            await self._connection.execute(_ADD, *_values(track), track.created_at)
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "tracks_of_key":
                raise KeyReused from error
            raise

    async def get(self, owner_id: str, track_id: str) -> Track | None:
        """One of the owner's tracks."""
        return _one(await self._connection.fetchrow(_GET, track_id, owner_id))

    async def locked(self, track_id: str) -> Track | None:
        """A track whose row nobody else changes until the work commits."""
        return _one(await self._connection.fetchrow(_LOCKED, track_id))

    async def locked_with_upload(self, track_id: str) -> Track | None:
        """The same, with its upload's row locked before it."""
        await self._connection.execute(
            "SELECT upload_id FROM uploads WHERE upload_id = (SELECT upload_id FROM tracks WHERE track_id = $1)"
            " FOR UPDATE",
            track_id,
        )
        return await self.locked(track_id)

    async def of_key(self, owner_id: str, idempotency_key: str) -> Track | None:
        """The owner's track made with this key."""
        return _one(await self._connection.fetchrow(_OF_KEY, owner_id, idempotency_key))

    async def of_upload(self, upload_id: str) -> Track | None:
        """The track made of this upload."""
        return _one(await self._connection.fetchrow(_OF_UPLOAD, upload_id))

    async def named(self, owner_id: str, track_ids: Sequence[str]) -> tuple[Track, ...]:
        """Those of the owner's tracks that have one of these names, newest first."""
        return tuple(_track(row) for row in await self._connection.fetch(_NAMED, owner_id, list(track_ids)))

    async def count(self, owner_id: str, wanted: Wanted) -> int:
        """How many of the owner's tracks are wanted."""
        return int(await self._connection.fetchval(_COUNT, owner_id, list(wanted.words), wanted.tag))

    async def tag_counts(self, owner_id: str, limit: int) -> tuple[TagCount, ...]:
        """The owner's tags with the numbers of their tracks, those of the most tracks first."""
        rows = await self._connection.fetch(_TAGS, owner_id, limit)
        return tuple(TagCount(row["word"], row["tracks"]) for row in rows)

    async def page(
        self, owner_id: str, wanted: Wanted, after: Place | None, limit: int, offset: int
    ) -> tuple[Track, ...]:
        """The owner's tracks that are wanted, newest first, from `offset` tracks behind a place on."""
        moment, row_id = (after.created_at, after.row_id) if after else (None, "")
        rows = await self._connection.fetch(
            _PAGE, owner_id, list(wanted.words), wanted.tag, moment, row_id, limit, offset
        )
        return tuple(_track(row) for row in rows)

    async def ordered_page(
        self, owner_id: str, wanted: Wanted, after: Spot | None, limit: int, offset: int
    ) -> tuple[tuple[Track, Spot], ...]:
        """The owner's tracks that are wanted, each with its spot in the wanted order, which is not the newest first."""
        sort_key, row_id = (after.sort_key, after.row_id) if after else (None, "")
        rows = await self._connection.fetch(
            _ORDERED_PAGES[wanted.order], owner_id, list(wanted.words), wanted.tag, sort_key, row_id, limit, offset
        )
        return tuple((_track(row), Spot(row["sort_key"], row["track_id"])) for row in rows)

    async def save(self, track: Track) -> None:
        """Store a locked track's changes."""
        await self._connection.execute(_SAVE, *_values(track))

    async def remove(self, track_id: str) -> None:
        """Remove the row."""
        await self._connection.execute("DELETE FROM tracks WHERE track_id = $1", track_id)

    async def unanswered(self, unchanged_since: datetime.datetime, limit: int) -> tuple[Track, ...]:
        """Tracks whose submission has no recorded answer for that long."""
        return tuple(_track(row) for row in await self._connection.fetch(_UNANSWERED, unchanged_since, limit))

    async def stopping(self, limit: int) -> tuple[Track, ...]:
        """Tracks whose job is not known to have stopped; deleted ones too."""
        return tuple(_track(row) for row in await self._connection.fetch(_STOPPING, limit))

    async def deleting(self, limit: int) -> tuple[Track, ...]:
        """Tracks whose deletion is not finished."""
        return tuple(_track(row) for row in await self._connection.fetch(_DELETING, limit))

    async def deleting_of(self, owner_id: str, limit: int) -> tuple[Track, ...]:
        """The owner's among these."""
        return tuple(_track(row) for row in await self._connection.fetch(_DELETING_OF, owner_id, limit))

    async def count_removed(self, track_id: str) -> None:
        """Note with a locked track how much there is of what its deletion removes. Before it is removed."""
        await self._connection.execute(_COUNT_REMOVED, track_id)

    async def mark_deleted(self, track_id: str) -> tuple[datetime.datetime, Removed] | None:
        """Note that its objects are gone; the row stays for a while, so that late objects are found.

        When that was asked for, and what was removed; None when that was noted before, or nobody counted.
        """
        row = await self._connection.fetchrow(
            "UPDATE tracks SET deleted_at = deleting_at WHERE track_id = $1 AND deleting_at IS NOT NULL"
            " AND deleted_at IS NULL RETURNING deleting_at, removed",
            track_id,
        )
        if row is None or row["removed"] is None:
            return None
        return row["deleting_at"], Removed(**json.loads(row["removed"]))

    async def deleted(self, before: datetime.datetime, limit: int) -> tuple[str, ...]:
        """Tracks deleted before that moment whose rows are left."""
        rows = await self._connection.fetch(
            "SELECT track_id FROM tracks WHERE deleting_at < $1 AND deleted_at IS NOT NULL"
            " ORDER BY deleting_at LIMIT $2",
            before,
            limit,
        )
        return tuple(row["track_id"] for row in rows)


def _values(track: Track) -> tuple[object, ...]:
    audio, failure = track.audio, track.failure
    return (
        track.track_id,
        track.owner_id,
        track.upload_id,
        track.idempotency_key,
        track.title,
        track.title_chosen,
        track.artist,
        search_text(track.title, track.artist) if track.deleting_at is None else "",
        track.state.value,
        track.model,
        track.job_id,
        track.jobs,
        track.attempt,
        audio.sample_rate_hz if audio else None,
        audio.channels if audio else None,
        audio.depth_bits if audio else None,
        audio.codec if audio else None,
        audio.length_samples if audio else None,
        list(track.stems),
        track.segments,
        track.playable_samples,
        failure.reason if failure else None,
        failure.message if failure else None,
        failure.retryable if failure else None,
        [remark.text for remark in track.remarks],
        track.stop_owed,
        track.updated_at,
        track.deleting_at,
        list(track.tags),
        written(track.remarks),
    )


def _one(row: asyncpg.Record | None) -> Track | None:
    return None if row is None else _track(row)


def _track(row: asyncpg.Record) -> Track:
    audio = failure = None
    if row["sample_rate_hz"] is not None:
        audio = Audio(row["sample_rate_hz"], row["channels"], row["depth_bits"], row["codec"], row["length_samples"])
    if row["failure_reason"] is not None:
        failure = Failure(row["failure_reason"], row["failure_message"], row["failure_retryable"])
    return Track(
        track_id=row["track_id"],
        owner_id=row["owner_id"],
        upload_id=row["upload_id"],
        idempotency_key=row["idempotency_key"],
        title=row["title"],
        title_chosen=row["title_chosen"],
        artist=row["artist"],
        state=TrackState(row["state"]),
        model=row["model"],
        job_id=row["job_id"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        jobs=row["jobs"],
        attempt=row["attempt"],
        audio=audio,
        stems=tuple(row["stems"]),
        segments=row["segments"],
        playable_samples=row["playable_samples"],
        failure=failure,
        remarks=remarks_of(row["warnings"], read(row["remarks"])),
        stop_owed=row["stop_owed"],
        deleting_at=row["deleting_at"],
        upload_held=row["upload_held"],
        upload_erased_at=row["upload_erased_at"],
        tags=tuple(row["tags"]),
        bpm=row["bpm"],
        key=row["key"],
        cover_version=row["cover_version"],
    )
