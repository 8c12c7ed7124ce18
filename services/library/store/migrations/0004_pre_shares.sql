-- Links that let others play a track. A token is 256 random bits, of which the digest alone is kept. The view is text of the
-- player's own, kept as it came: nothing here looks inside it.
CREATE TABLE shares (
    share_id text PRIMARY KEY,
    track_id text NOT NULL REFERENCES tracks ON DELETE CASCADE,
    owner_id text NOT NULL,
    token_sha256 bytea NOT NULL UNIQUE CHECK (octet_length(token_sha256) = 32),
    view json NOT NULL CHECK (octet_length(view::text) <= 4096),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX shares_of_track ON shares (track_id, created_at DESC, share_id DESC) WHERE revoked_at IS NULL;
CREATE INDEX shares_ended ON shares (LEAST(expires_at, revoked_at));
