"""What separations came to, in PostgreSQL: sums over segments, and the findings of whole songs."""

from __future__ import annotations

from chassis.db.transaction import Connection
from services.library.domain.report import PITCH_CLASSES, Analysis, Findings, Making, Totals

_PUT = (
    "INSERT INTO findings (track_id, model, version, weights_sha256, device, accepted_at, finished_at, engine_s,"
    " worker_s, decoder_warnings, bpm, bpm_confidence, beats_ms, key, key_confidence, integrated_lufs,"
    " loudness_range_lu, true_peak_dbtp)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"
    " ON CONFLICT (track_id) DO UPDATE SET model = $2, version = $3, weights_sha256 = $4, device = $5,"
    " accepted_at = $6, finished_at = $7, engine_s = $8, worker_s = $9, decoder_warnings = $10, bpm = $11,"
    " bpm_confidence = $12, beats_ms = $13, key = $14, key_confidence = $15, integrated_lufs = $16,"
    " loudness_range_lu = $17, true_peak_dbtp = $18"
)
_GET = (
    "SELECT model, version, weights_sha256, device, accepted_at, finished_at, engine_s, worker_s, decoder_warnings,"
    " bpm, bpm_confidence, beats_ms, key, key_confidence, integrated_lufs, loudness_range_lu, true_peak_dbtp"
    " FROM findings WHERE track_id = $1"
)
# Floating point sums depend on their order: the segments' own.
_TOTALS = (
    "SELECT count(index) AS segments, count(differing_samples) AS measured,"
    " coalesce(sum(differing_samples), 0)::bigint AS differing_samples,"
    " coalesce(max(difference_max), 0) AS difference_max,"
    " coalesce(sum(clipped_samples), 0)::bigint AS clipped_samples,"
    " coalesce(sum(mix_energy ORDER BY index), 0) AS mix_energy,"
    " coalesce(sum(residual_energy ORDER BY index), 0) AS residual_energy,"
    " coalesce(sum(unsound_values), 0)::bigint AS unsound_values,"
    " coalesce(sum(engine_s ORDER BY index), 0) AS engine_s, coalesce(sum(worker_s ORDER BY index), 0) AS worker_s,"
    " coalesce(min(first_sample), 0) AS offset_samples, coalesce(sum(length_samples), 0)::bigint AS total_samples,"
    " min(committed_at) AS first_segment_at FROM segments WHERE track_id = $1"
)


class ReportRows:
    """Reports within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection

    async def put(self, track_id: str, findings: Findings) -> None:
        """Store what a song came to, in place of what was there."""
        making, analysis = findings.making, findings.analysis
        await self._connection.execute(
            _PUT,
            track_id,
            making.model,
            making.version,
            making.weights_sha256,
            making.device,
            making.accepted_at,
            findings.finished_at,
            making.engine_s,
            making.worker_s,
            list(making.decoder_warnings),
            analysis.bpm,
            analysis.bpm_confidence,
            [round(beat_s * 1000) for beat_s in analysis.beats_s],
            analysis.key,
            analysis.key_confidence,
            analysis.integrated_lufs,
            analysis.loudness_range_lu,
            analysis.true_peak_dbtp,
        )

    async def get(self, track_id: str) -> Findings | None:
        """What a song came to."""
        row = await self._connection.fetchrow(_GET, track_id)
        if row is None:
            return None
        making = Making(
            row["model"],
            row["version"],
            row["weights_sha256"],
            row["device"],
            row["accepted_at"],
            row["engine_s"],
            row["worker_s"],
            tuple(row["decoder_warnings"]),
        )
        analysis = Analysis(
            row["bpm"],
            row["bpm_confidence"],
            tuple(beat_ms / 1000 for beat_ms in row["beats_ms"]),
            row["key"],
            row["key_confidence"],
            row["integrated_lufs"],
            row["loudness_range_lu"],
            row["true_peak_dbtp"],
        )
        return Findings(making, analysis, row["finished_at"])

    async def totals(self, track_id: str) -> Totals:
        """The figures of a track's segments, summed."""
        row = await self._connection.fetchrow(_TOTALS, track_id)
        stems = await self._connection.fetch(
            "SELECT stem, coalesce(sum(clipped_samples), 0)::bigint AS clipped_samples FROM segment_stems"
            " WHERE track_id = $1 GROUP BY stem, position ORDER BY position",
            track_id,
        )
        return Totals(
            segments=row["segments"],
            measured=row["measured"],
            differing_samples=row["differing_samples"],
            difference_max=row["difference_max"],
            clipped_samples=row["clipped_samples"],
            stems_clipped_samples=tuple((stem["stem"], stem["clipped_samples"]) for stem in stems),
            mix_energy=row["mix_energy"],
            residual_energy=row["residual_energy"],
            unsound_values=row["unsound_values"],
            engine_s=row["engine_s"],
            worker_s=row["worker_s"],
            offset_samples=row["offset_samples"],
            total_samples=row["total_samples"],
            first_segment_at=row["first_segment_at"],
        )

    async def pitch_classes(self, track_id: str) -> tuple[float, ...]:
        """The pitch classes of a track's segments, added up in their order; empty when none, or one lacks them."""
        rows = await self._connection.fetch(
            "SELECT pitch_classes FROM segments WHERE track_id = $1 ORDER BY index", track_id
        )
        if not rows or not all(row["pitch_classes"] for row in rows):
            return ()
        sums = [0.0] * PITCH_CLASSES
        for row in rows:
            sums = [total + value for total, value in zip(sums, row["pitch_classes"], strict=True)]
        return tuple(sums)
