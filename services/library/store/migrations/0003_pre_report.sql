-- What was measured of each segment; NULL in segments of before there were reports.
ALTER TABLE segments
    ADD COLUMN committed_at timestamptz,
    ADD COLUMN differing_samples bigint,
    ADD COLUMN difference_max integer,
    ADD COLUMN clipped_samples bigint,
    ADD COLUMN mix_energy double precision,
    ADD COLUMN residual_energy double precision,
    ADD COLUMN unsound_values bigint,
    ADD COLUMN pitch_classes double precision[],
    ADD COLUMN engine_s double precision,
    ADD COLUMN worker_s double precision;
ALTER TABLE segment_stems ADD COLUMN clipped_samples bigint;

-- What a whole song came to: what made its stems, and what was heard in it.
CREATE TABLE findings (
    track_id text PRIMARY KEY REFERENCES tracks ON DELETE CASCADE,
    model text NOT NULL,
    version text NOT NULL,
    weights_sha256 text NOT NULL,
    device text NOT NULL,
    accepted_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    engine_s double precision NOT NULL,
    worker_s double precision NOT NULL,
    decoder_warnings text[] NOT NULL,
    bpm double precision,
    bpm_confidence double precision NOT NULL,
    beats_ms integer[] NOT NULL,
    key text NOT NULL,
    key_confidence double precision NOT NULL,
    integrated_lufs double precision,
    loudness_range_lu double precision,
    true_peak_dbtp double precision
);
