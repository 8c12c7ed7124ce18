"""What a report and an analysis hold, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.shapes import (
    DEPTH_BITS,
    Schema,
    count,
    list_of,
    moment,
    number,
    of,
    or_null,
    seconds,
    share,
    structure,
    text,
    texts,
)

REPORT_SCHEMAS: Mapping[str, Schema] = {
    "StemClipping": structure(
        "What of a stem is at full scale.",
        stem=text("Its name."),
        samples=count("Its samples at full scale."),
    ),
    "ReportSum": structure(
        "Whether the stems sum to the upload.",
        differing_samples=count("Samples where the stems' sum is not the decoded upload: 0."),
        difference_max=count("The largest difference, in steps of the bit depth: 0."),
    ),
    "ReportAlignment": structure(
        "Where the stems lie against the upload.",
        offset_samples=count("How far the stems begin after the upload: 0."),
        total_samples=count("Samples of each stem, per channel: the upload's own."),
        sample_rate_hz=count("Rate of the upload and of every stem."),
        channels=of("ChannelCount"),
        depth_bits=DEPTH_BITS,
    ),
    "ReportClipping": structure(
        "What is at full scale.",
        upload_samples=count("Samples of the upload at full scale, all channels."),
        stems=list_of("StemClipping", "Every stem, once."),
    ),
    "ReportModel": structure(
        "What made the stems.",
        name=text("The model's name."),
        version=text("Its version."),
        weights_sha256=or_null(text("Digest of the model's files and of how its card says to use them.")),
    ),
    "Report": structure(
        "What a separation came to, measured by the workers over the whole song.",
        sum=of("ReportSum"),
        alignment=of("ReportAlignment"),
        clipping=of("ReportClipping"),
        model=of("ReportModel"),
        model_residual_db=or_null(
            number("What the model's own stems lacked before it was spread over them, in dB of the upload.")
        ),
        unsound_values=count("Values of the model that were not numbers or absurd, and were replaced."),
        decoder_warnings=texts("What was done to the file while it was decoded."),
        device=text("cpu or gpu."),
        engine_s=seconds(
            "Seconds of processors that the engine took for this song. An engine that does not tell, as on a GPU, "
            "is counted by the clock while it has a part of the song, waiting for its turn included."
        ),
        worker_s=seconds("Seconds by the clock that workers took for what was kept."),
        attempts=count("Times a worker took the song up."),
        accepted_at=moment("When the separation was asked for."),
        first_segment_at=moment("When the first segment was playable."),
        finished_at=moment("When all was done."),
    ),
    "Analysis": structure(
        "What was heard in the song.",
        "beats_s",
        tempo_bpm=or_null(number("Beats a minute; null when no beat is heard.")),
        tempo_confidence=share("How regular the song's onsets are."),
        beats_s={
            "type": "array",
            "items": {"type": "number", "format": "double"},
            "description": "When each beat falls, in seconds. In the manifest only.",
        },
        key=or_null(text("For example D major; null when none is clear.")),
        key_confidence=share("How well the song's pitch classes fit the key."),
        integrated_lufs=or_null(number("EBU R128 integrated loudness; null for silence.")),
        loudness_range_lu=or_null(number("EBU Tech 3342 loudness range; null under three seconds.")),
        true_peak_dbtp=or_null(number("ITU-R BS.1770 true peak; null for silence.")),
    ),
}
