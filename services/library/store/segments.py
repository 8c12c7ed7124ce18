"""Segments of tracks in PostgreSQL, with the wrapped keys of their objects."""

from __future__ import annotations

import datetime

from chassis.db.transaction import Connection
from services.library.domain.keys import Key
from services.library.domain.report import SegmentFigures
from services.library.domain.segment import PlannedSegment, SealedSegment, Segment, SegmentStem
from services.library.store.keys import KeyRing


class SegmentRows:
    """Segments within one transaction."""

    def __init__(self, connection: Connection, keys: KeyRing) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection
        self._keys = keys

    async def add(self, owner_id: str, track_id: str, sealed: SealedSegment, at: datetime.datetime) -> None:
        """Store a segment committed at that moment, its figures, its stems and their keys."""
        segment, figures = sealed.segment, sealed.figures
        user_key = await self._keys.ensure_user_key(self._connection, owner_id)
        await self._connection.execute(
            "INSERT INTO segments (track_id, index, first_sample, length_samples, committed_at, differing_samples,"
            " difference_max, clipped_samples, mix_energy, residual_energy, unsound_values, pitch_classes, engine_s,"
            " worker_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            track_id,
            segment.index,
            segment.first_sample,
            segment.length_samples,
            at,
            *_figures(figures),
        )
        await self._connection.executemany(
            "INSERT INTO segment_stems (track_id, index, stem, position, object_name, wrapped_key, size_bytes, frames,"
            " frame_bytes, peaks, clipped_samples) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            [
                (
                    track_id,
                    segment.index,
                    stem.stem,
                    position,
                    stem.object_name,
                    self._keys.wrap(user_key, stem.object_name, key),
                    stem.size_bytes,
                    stem.frames,
                    stem.frame_bytes,
                    stem.peaks,
                    stem.clipped_samples,
                )
                for position, (stem, key) in enumerate(zip(segment.stems, sealed.keys, strict=True))
            ],
        )

    async def page(self, track_id: str, from_index: int, limit: int) -> tuple[Segment, ...]:
        """At most `limit` segments from an index on, with their stems in the track's order."""
        rows = await self._connection.fetch(
            "SELECT index, first_sample, length_samples FROM segments WHERE track_id = $1 AND index >= $2"
            " ORDER BY index LIMIT $3",
            track_id,
            from_index,
            limit,
        )
        if not rows:
            return ()
        stems: dict[int, list[SegmentStem]] = {row["index"]: [] for row in rows}
        for row in await self._connection.fetch(
            "SELECT index, stem, object_name, size_bytes, frames, frame_bytes, peaks FROM segment_stems"
            " WHERE track_id = $1 AND index BETWEEN $2 AND $3 ORDER BY index, position",
            track_id,
            rows[0]["index"],
            rows[-1]["index"],
        ):
            stems[row["index"]].append(
                SegmentStem(
                    row["stem"], row["object_name"], row["size_bytes"], row["frames"], row["frame_bytes"], row["peaks"]
                )
            )
        return tuple(
            Segment(row["index"], row["first_sample"], row["length_samples"], tuple(stems[row["index"]]))
            for row in rows
        )

    async def sealed_object(self, owner_id: str, track_id: str, stem: str, index: int) -> tuple[str, Key] | None:
        """Name and key of one stem's object."""
        row = await self._connection.fetchrow(
            "SELECT object_name, wrapped_key FROM segment_stems WHERE track_id = $1 AND index = $2 AND stem = $3",
            track_id,
            index,
            stem,
        )
        user_key = await self._keys.user_key(self._connection, owner_id)
        if row is None or user_key is None:
            return None
        return row["object_name"], self._keys.unwrap(user_key, row["object_name"], row["wrapped_key"])

    async def plan(self, track_id: str, stem: str) -> tuple[PlannedSegment, ...]:
        """The facts of all segments of a stem, in order."""
        rows = await self._connection.fetch(
            "SELECT s.length_samples, o.frames, o.frame_bytes FROM segments s"
            " JOIN segment_stems o ON o.track_id = s.track_id AND o.index = s.index"
            " WHERE s.track_id = $1 AND o.stem = $2 ORDER BY s.index",
            track_id,
            stem,
        )
        return tuple(PlannedSegment(row["length_samples"], row["frames"], row["frame_bytes"]) for row in rows)

    async def drop(self, track_id: str) -> None:
        """Remove a track's segments, and so destroy the keys of their objects; and what the song came to."""
        await self._connection.execute("DELETE FROM findings WHERE track_id = $1", track_id)
        await self._connection.execute("DELETE FROM segment_stems WHERE track_id = $1", track_id)
        await self._connection.execute("DELETE FROM segments WHERE track_id = $1", track_id)


def _figures(figures: SegmentFigures | None) -> tuple[object, ...]:
    if figures is None:
        return (None,) * 9
    return (
        figures.differing_samples,
        figures.difference_max,
        figures.clipped_samples,
        figures.mix_energy,
        figures.residual_energy,
        figures.unsound_values,
        list(figures.pitch_classes),
        figures.engine_s,
        figures.worker_s,
    )
