-- Who was erased: no late submission makes a job of theirs again, and what was erased is told.
CREATE TABLE erased_people (
    user_id text PRIMARY KEY,
    begun_at timestamptz NOT NULL,
    finished_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX jobs_owner ON jobs (owner_id);
