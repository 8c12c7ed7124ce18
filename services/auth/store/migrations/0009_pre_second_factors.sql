-- When and by what somebody proved in a session who they are. Null: nobody did, as in one of an approved program, or one
-- from before this was kept. A constant default: no row is written for it.
ALTER TABLE sessions ADD COLUMN authenticated_at timestamptz;
ALTER TABLE sessions ADD COLUMN methods text[] NOT NULL DEFAULT '{}';

CREATE TABLE second_factors (
    user_id text PRIMARY KEY REFERENCES accounts (user_id) ON DELETE CASCADE,
    -- The authenticator's secret, sealed: a copy of this table shows no code.
    sealed bytea NOT NULL,
    -- Null: made, and not shown to be in an authenticator yet.
    set_at timestamptz,
    -- The newest step of 30 seconds whose code was taken: each works once.
    last_step bigint NOT NULL,
    -- Wrong codes since the last right one, and when the last of them came.
    wrong integer NOT NULL,
    wrong_at timestamptz
);

CREATE TABLE recovery_codes (
    user_id text NOT NULL REFERENCES second_factors (user_id) ON DELETE CASCADE,
    code_hash bytea NOT NULL CHECK (octet_length(code_hash) = 32),
    used_at timestamptz,
    PRIMARY KEY (user_id, code_hash)
);

-- Right passwords that wait for their second factor.
CREATE TABLE sign_in_challenges (
    challenge_hash bytea PRIMARY KEY CHECK (octet_length(challenge_hash) = 32),
    user_id text NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    device text NOT NULL,
    methods text[] NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_challenges_user_id ON sign_in_challenges (user_id);
CREATE INDEX sign_in_challenges_expires_at ON sign_in_challenges (expires_at);

-- The other address of a change: the new one while it waits, the old one while it can be taken back.
ALTER TABLE email_codes ADD COLUMN email text;
