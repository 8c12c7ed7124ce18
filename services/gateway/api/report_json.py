"""Reports and what was heard, as JSON; the only reader of these messages' field names."""

from __future__ import annotations

from services.gateway.api.mapping import Json, moment
from stripsession.library.v1 import library_service_pb2, report_pb2, track_pb2


def told_json(
    answer: library_service_pb2.GetTrackResponse | library_service_pb2.GetManifestResponse, *, beats: bool
) -> Json:
    """The members `report` and `analysis` of an answer that has both or neither."""
    return {
        "report": _report_json(answer.report, answer.track.audio) if answer.HasField("report") else None,
        "analysis": _analysis_json(answer.analysis, beats) if answer.HasField("analysis") else None,
    }


def _report_json(report: report_pb2.Report, audio: track_pb2.AudioProperties) -> Json:
    making = report.making
    return {
        "sum": {"differing_samples": report.differing_samples, "difference_max": report.difference_max},
        "alignment": {
            "offset_samples": report.offset_samples,
            "total_samples": report.total_samples,
            "sample_rate_hz": audio.sample_rate_hz,
            "channels": audio.channels,
            "depth_bits": audio.depth_bits,
        },
        "clipping": {
            "upload_samples": report.clipped_samples,
            "stems": [{"stem": stem.stem, "samples": stem.clipped_samples} for stem in report.stems],
        },
        "model": {"name": making.model, "version": making.version, "weights_sha256": making.weights_sha256 or None},
        "model_residual_db": report.model_residual_db if report.HasField("model_residual_db") else None,
        "unsound_values": report.unsound_values,
        "decoder_warnings": list(making.decoder_warnings),
        "device": making.device,
        "engine_s": round(report.engine_s, 3),
        "worker_s": round(report.worker_s, 3),
        "attempts": report.attempts,
        "accepted_at": moment(making.accepted_at),
        "first_segment_at": moment(report.first_segment_at),
        "finished_at": moment(report.finished_at),
    }


def _analysis_json(heard: report_pb2.Analysis, beats: bool) -> Json:
    told: Json = {
        "tempo_bpm": heard.bpm if heard.HasField("bpm") else None,
        "tempo_confidence": heard.bpm_confidence,
        "key": heard.key or None,
        "key_confidence": heard.key_confidence,
        "integrated_lufs": heard.integrated_lufs if heard.HasField("integrated_lufs") else None,
        "loudness_range_lu": heard.loudness_range_lu if heard.HasField("loudness_range_lu") else None,
        "true_peak_dbtp": heard.true_peak_dbtp if heard.HasField("true_peak_dbtp") else None,
    }
    return told | ({"beats_s": list(heard.beats_s)} if beats else {})
