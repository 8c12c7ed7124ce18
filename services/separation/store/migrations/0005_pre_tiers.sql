-- The tier and the number of jobs at once are the plan's, as a job was admitted; 0 is no bound. The turn is a job's place
-- in its tier's line, in seconds of audio on the tier's own clock: empty until its owner has a place for it, and in jobs
-- that older code took in, which the sweeper gives theirs. And what that clock showed once the job was taken up.
ALTER TABLE jobs
    ADD COLUMN tier text NOT NULL DEFAULT 'standard' CHECK (tier IN ('standard', 'priority', 'first')),
    ADD COLUMN parallel_jobs integer NOT NULL DEFAULT 0 CHECK (parallel_jobs >= 0),
    ADD COLUMN turn_s bigint CHECK (turn_s >= 0),
    ADD COLUMN clock_s bigint CHECK (clock_s >= turn_s);
-- Whose jobs stand in line, how far a person and a tier have come, and whose turn it is.
CREATE INDEX jobs_owner_open ON jobs (owner_id, created_at) WHERE ended_at IS NULL;
CREATE INDEX jobs_owner_turns ON jobs (owner_id, tier, turn_s DESC) WHERE turn_s IS NOT NULL;
CREATE INDEX jobs_reached ON jobs (tier, turn_s DESC) WHERE turn_s IS NOT NULL AND started_at IS NOT NULL;
CREATE INDEX jobs_clocks ON jobs (tier, clock_s DESC) WHERE clock_s IS NOT NULL;
CREATE INDEX jobs_started ON jobs (started_at DESC) WHERE started_at IS NOT NULL;
