"""What a report and an analysis hold, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

Schema = dict[str, object]


def _object(*optional: str, **members: Schema) -> Schema:
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": members, "required": required, "additionalProperties": False}


def _count(description: str) -> Schema:
    return {"type": "integer", "minimum": 0, "description": description}


def _share(description: str) -> Schema:
    return {"type": "number", "minimum": 0, "maximum": 1, "description": description}


def _or_null(kind: str, description: str) -> Schema:
    return {"type": [kind, "null"], "description": description}


def _seconds(description: str) -> Schema:
    return {"type": "number", "minimum": 0, "description": description}


def _moment(description: str) -> Schema:
    return {"type": "string", "format": "date-time", "description": description}


REPORT_SCHEMAS: Mapping[str, Schema] = {
    "Report": {
        "description": "What a separation came to, measured by the workers over the whole song.",
        **_object(
            sum=_object(
                differing_samples=_count("Samples where the stems' sum is not the decoded upload: 0."),
                difference_max=_count("The largest difference, in steps of the bit depth: 0."),
            ),
            alignment=_object(
                offset_samples=_count("How far the stems begin after the upload: 0."),
                total_samples=_count("Samples of each stem, per channel: the upload's own."),
                sample_rate_hz=_count("Rate of the upload and of every stem."),
                channels={"enum": [1, 2]},
                depth_bits={"enum": [16, 24]},
            ),
            clipping=_object(
                upload_samples=_count("Samples of the upload at full scale, all channels."),
                stems={
                    "type": "array",
                    "items": _object(stem={"type": "string"}, samples=_count("Its samples at full scale.")),
                },
            ),
            model=_object(
                name={"type": "string"},
                version={"type": "string"},
                weights_sha256=_or_null("string", "Digest of the model's files and of how its card says to use them."),
            ),
            model_residual_db=_or_null(
                "number", "What the model's own stems lacked before it was spread over them, in dB of the upload."
            ),
            unsound_values=_count("Values of the model that were not numbers or absurd, and were replaced."),
            decoder_warnings={"type": "array", "items": {"type": "string"}},
            device={"type": "string", "description": "cpu or gpu."},
            engine_s=_seconds(
                "Seconds of processors that the engine took for this song. An engine that does not tell, as on a GPU, "
                "is counted by the clock while it has a part of the song, waiting for its turn included."
            ),
            worker_s=_seconds("Seconds by the clock that workers took for what was kept."),
            attempts=_count("Times a worker took the song up."),
            accepted_at=_moment("When the separation was asked for."),
            first_segment_at=_moment("When the first segment was playable."),
            finished_at=_moment("When all was done."),
        ),
    },
    "Analysis": {
        "description": "What was heard in the song.",
        **_object(
            "beats_s",
            tempo_bpm=_or_null("number", "Beats a minute; null when no beat is heard."),
            tempo_confidence=_share("How regular the song's onsets are."),
            beats_s={
                "type": "array",
                "items": {"type": "number"},
                "description": "When each beat falls, in seconds. In the manifest only.",
            },
            key=_or_null("string", "For example D major; null when none is clear."),
            key_confidence=_share("How well the song's pitch classes fit the key."),
            integrated_lufs=_or_null("number", "EBU R128 integrated loudness; null for silence."),
            loudness_range_lu=_or_null("number", "EBU Tech 3342 loudness range; null under three seconds."),
            true_peak_dbtp=_or_null("number", "ITU-R BS.1770 true peak; null for silence."),
        ),
    },
}
