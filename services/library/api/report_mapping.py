"""Reports and what was heard: protos to domain and back; the only reader of these field names."""

from __future__ import annotations

import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from services.library.domain.report import Analysis, Making, Report, SegmentFigures
from stripsession.library.v1 import report_pb2


def figures(message: report_pb2.SegmentFigures) -> SegmentFigures:
    """What a worker measured of a segment."""
    return SegmentFigures(
        differing_samples=message.differing_samples,
        difference_max=message.difference_max,
        clipped_samples=message.clipped_samples,
        mix_energy=message.mix_energy,
        residual_energy=message.residual_energy,
        unsound_values=message.unsound_values,
        pitch_classes=tuple(message.pitch_classes),
        engine_s=message.engine_s,
        worker_s=message.worker_s,
    )


def making(message: report_pb2.Making) -> Making:
    """What made the stems."""
    return Making(
        model=message.model,
        version=message.version,
        weights_sha256=message.weights_sha256,
        device=message.device,
        accepted_at=message.accepted_at.ToDatetime(datetime.UTC),
        engine_s=message.engine_s,
        worker_s=message.worker_s,
        decoder_warnings=tuple(message.decoder_warnings),
    )


def analysis(message: report_pb2.Analysis) -> Analysis:
    """What was heard."""
    return Analysis(
        bpm=message.bpm if message.HasField("bpm") else None,
        bpm_confidence=message.bpm_confidence,
        beats_s=tuple(message.beats_s),
        key=message.key,
        key_confidence=message.key_confidence,
        integrated_lufs=message.integrated_lufs if message.HasField("integrated_lufs") else None,
        loudness_range_lu=message.loudness_range_lu if message.HasField("loudness_range_lu") else None,
        true_peak_dbtp=message.true_peak_dbtp if message.HasField("true_peak_dbtp") else None,
    )


def analysis_message(heard: Analysis | None, *, beats: bool) -> report_pb2.Analysis | None:
    """What was heard, with the beats' times where they are wanted."""
    if heard is None:
        return None
    return report_pb2.Analysis(
        bpm=heard.bpm,
        bpm_confidence=heard.bpm_confidence,
        beats_s=heard.beats_s if beats else (),
        key=heard.key,
        key_confidence=heard.key_confidence,
        integrated_lufs=heard.integrated_lufs,
        loudness_range_lu=heard.loudness_range_lu,
        true_peak_dbtp=heard.true_peak_dbtp,
    )


def report_message(report: Report | None) -> report_pb2.Report | None:
    """What a separation came to."""
    if report is None:
        return None
    totals = report.totals
    return report_pb2.Report(
        differing_samples=totals.differing_samples,
        difference_max=totals.difference_max,
        clipped_samples=totals.clipped_samples,
        stems=[
            report_pb2.StemReport(stem=stem, clipped_samples=clipped) for stem, clipped in totals.stems_clipped_samples
        ],
        model_residual_db=report.model_residual_db,
        unsound_values=totals.unsound_values,
        offset_samples=totals.offset_samples,
        total_samples=totals.total_samples,
        making=_making_message(report.making),
        engine_s=report.engine_s,
        worker_s=report.worker_s,
        attempts=report.attempts,
        first_segment_at=_timestamp(totals.first_segment_at),
        finished_at=_timestamp(report.finished_at),
    )


def _making_message(made: Making) -> report_pb2.Making:
    return report_pb2.Making(
        model=made.model,
        version=made.version,
        weights_sha256=made.weights_sha256,
        device=made.device,
        accepted_at=_timestamp(made.accepted_at),
        engine_s=made.engine_s,
        worker_s=made.worker_s,
        decoder_warnings=made.decoder_warnings,
    )


def _timestamp(moment: datetime.datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
