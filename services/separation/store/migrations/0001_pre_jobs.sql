-- Jobs: what is separated, who holds it, how far it is, how it ended. No titles, no file names, no grants.
CREATE TABLE jobs (
    job_id text PRIMARY KEY,
    track_id text NOT NULL,
    upload_id text NOT NULL,
    owner_id text NOT NULL,
    model text NOT NULL,
    stems text[] NOT NULL,
    state text NOT NULL DEFAULT 'admitting'
        CHECK (state IN ('admitting', 'queued', 'running', 'completed', 'failed', 'cancelled')),
    rate_hz integer NOT NULL CHECK (rate_hz > 0),
    channels smallint NOT NULL CHECK (channels IN (1, 2)),
    depth_bits smallint NOT NULL CHECK (depth_bits IN (16, 24)),
    codec text NOT NULL,
    declared_samples bigint NOT NULL CHECK (declared_samples > 0),
    reserved_s bigint NOT NULL CHECK (reserved_s > 0),
    attempt integer NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0,
    worker text,
    lease_until timestamptz,
    done_samples bigint NOT NULL DEFAULT 0,
    resumed_samples bigint NOT NULL DEFAULT 0,
    counted_samples bigint,
    failure_reason text,
    failure_message text,
    failure_retryable boolean,
    warnings text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    announced_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    conclude_at timestamptz,
    concluded_at timestamptz,
    -- A lease is held exactly while a job runs, and an end has its moment.
    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CHECK ((state IN ('completed', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK ((state = 'failed') = (failure_reason IS NOT NULL)),
    CHECK (concluded_at IS NULL OR ended_at IS NOT NULL)
);
CREATE INDEX jobs_track ON jobs (track_id, created_at DESC);
CREATE INDEX jobs_open ON jobs (state, created_at) WHERE ended_at IS NULL;
CREATE INDEX jobs_conclusions ON jobs (conclude_at) WHERE ended_at IS NOT NULL AND concluded_at IS NULL;
CREATE INDEX jobs_completed ON jobs (ended_at DESC) WHERE state = 'completed';
