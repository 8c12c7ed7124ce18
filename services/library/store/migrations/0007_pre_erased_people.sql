-- Who was erased with all that was theirs: nothing that comes late makes them a key again, and what was erased is told.
CREATE TABLE erased_people (
    user_id text PRIMARY KEY,
    begun_at timestamptz NOT NULL,
    finished_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}'
);
-- What a person has, found by whose it is, and what of it is not removed yet.
CREATE INDEX tracks_of_owner_unremoved ON tracks (owner_id) WHERE deleted_at IS NULL;
CREATE INDEX uploads_of_owner_unerased ON uploads (owner_id) WHERE erased_at IS NULL;
