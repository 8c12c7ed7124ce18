-- What programs show in a person's place. The key itself is nowhere: its digest finds it.
CREATE TABLE api_keys (
    key_id text PRIMARY KEY,
    user_id text NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    key_hash bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    name text NOT NULL,
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    ending text NOT NULL,
    created_at timestamptz NOT NULL,
    -- Null: until it is revoked.
    expires_at timestamptz,
    -- A day, so that a key in use costs one write a day, and tells no more than that.
    last_used_on date,
    revoked_at timestamptz,
    -- Of the request that made it, for a day: its own name, and all that it asked for.
    request_name_hash bytea CHECK (octet_length(request_name_hash) = 32),
    request_content_hash bytea CHECK (octet_length(request_content_hash) = 32),
    CHECK ((request_name_hash IS NULL) = (request_content_hash IS NULL))
);
CREATE INDEX api_keys_user_id ON api_keys (user_id);
CREATE UNIQUE INDEX api_keys_request ON api_keys (user_id, request_name_hash) WHERE request_name_hash IS NOT NULL;
CREATE INDEX api_keys_expires_at ON api_keys (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX api_keys_revoked_at ON api_keys (revoked_at) WHERE revoked_at IS NOT NULL;
