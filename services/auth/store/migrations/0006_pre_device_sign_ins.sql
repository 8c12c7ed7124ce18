-- Programs that wait for somebody to approve them. Neither code is here: digests find them.
CREATE TABLE device_sign_ins (
    device_hash bytea PRIMARY KEY CHECK (octet_length(device_hash) = 32),
    user_code_hash bytea NOT NULL UNIQUE CHECK (octet_length(user_code_hash) = 32),
    client_name text NOT NULL,
    -- Shown to whoever answers, who must not approve a stranger's.
    address text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    interval_s integer NOT NULL,
    asked_at timestamptz,
    user_id text REFERENCES accounts (user_id) ON DELETE CASCADE,
    approved boolean,
    CHECK (approved IS NULL OR user_id IS NOT NULL)
);
CREATE INDEX device_sign_ins_expires_at ON device_sign_ins (expires_at);
CREATE INDEX device_sign_ins_user_id ON device_sign_ins (user_id) WHERE user_id IS NOT NULL;
