-- Listeners' keys, uploads, tracks and segments. Every key here is wrapped: the user's under the master key, an object's
-- under its user's.
CREATE TABLE user_keys (
    owner_id text PRIMARY KEY,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE uploads (
    upload_id text PRIMARY KEY,
    owner_id text NOT NULL,
    length_bytes bigint NOT NULL CHECK (length_bytes > 0),
    offset_bytes bigint NOT NULL DEFAULT 0 CHECK (offset_bytes BETWEEN 0 AND length_bytes),
    file_name text NOT NULL,
    wrapped_key bytea,
    writer_id text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    erased_by timestamptz NOT NULL,
    erased_at timestamptz,
    CHECK (erased_at IS NULL OR (wrapped_key IS NULL AND file_name = ''))
);
CREATE INDEX uploads_of_owner ON uploads (owner_id) WHERE wrapped_key IS NOT NULL;
CREATE INDEX uploads_held ON uploads (created_at, upload_id) WHERE erased_at IS NULL;
CREATE INDEX uploads_erased ON uploads (erased_at) WHERE erased_at IS NOT NULL;

CREATE TABLE upload_parts (
    upload_id text NOT NULL REFERENCES uploads ON DELETE CASCADE,
    offset_bytes bigint NOT NULL,
    length_bytes bigint NOT NULL CHECK (length_bytes > 0),
    object_name text NOT NULL,
    PRIMARY KEY (upload_id, offset_bytes)
);

CREATE TABLE tracks (
    track_id text PRIMARY KEY,
    owner_id text NOT NULL,
    upload_id text NOT NULL UNIQUE REFERENCES uploads,
    idempotency_key text NOT NULL,
    title text NOT NULL,
    title_chosen boolean NOT NULL,
    artist text NOT NULL,
    search_text text NOT NULL,
    state text NOT NULL CHECK (state IN ('checking', 'separating', 'ready', 'failed', 'cancelled')),
    model text NOT NULL,
    job_id text NOT NULL,
    jobs integer NOT NULL,
    attempt integer NOT NULL,
    sample_rate_hz integer,
    channels integer,
    depth_bits integer,
    codec text,
    length_samples bigint,
    stems text[] NOT NULL,
    segments integer NOT NULL,
    playable_samples bigint NOT NULL,
    failure_reason text,
    failure_message text,
    failure_retryable boolean,
    warnings text[] NOT NULL,
    stop_owed boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleting_at timestamptz,
    deleted_at timestamptz,
    CHECK (state <> 'ready' OR sample_rate_hz IS NOT NULL OR deleting_at IS NOT NULL)
);
CREATE UNIQUE INDEX tracks_of_key ON tracks (owner_id, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX tracks_of_owner ON tracks (owner_id, created_at DESC, track_id DESC) WHERE deleting_at IS NULL;
CREATE INDEX tracks_unanswered ON tracks (updated_at)
    WHERE sample_rate_hz IS NULL AND deleting_at IS NULL AND state IN ('checking', 'separating');
CREATE INDEX tracks_stopping ON tracks (updated_at) WHERE stop_owed;
CREATE INDEX tracks_deleting ON tracks (deleting_at) WHERE deleting_at IS NOT NULL;

CREATE TABLE segments (
    track_id text NOT NULL REFERENCES tracks ON DELETE CASCADE,
    index integer NOT NULL CHECK (index >= 0),
    first_sample bigint NOT NULL,
    length_samples integer NOT NULL CHECK (length_samples > 0),
    PRIMARY KEY (track_id, index)
);

CREATE TABLE segment_stems (
    track_id text NOT NULL,
    index integer NOT NULL,
    stem text NOT NULL,
    position integer NOT NULL,
    object_name text NOT NULL,
    wrapped_key bytea NOT NULL,
    size_bytes integer NOT NULL,
    frames integer NOT NULL,
    frame_bytes integer NOT NULL,
    peaks bytea NOT NULL,
    PRIMARY KEY (track_id, index, stem),
    FOREIGN KEY (track_id, index) REFERENCES segments ON DELETE CASCADE
);
