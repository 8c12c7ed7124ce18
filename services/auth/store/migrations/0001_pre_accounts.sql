-- People, what they sign in with, and where they are signed in.
CREATE TABLE accounts (
    user_id text PRIMARY KEY,
    email text NOT NULL,
    -- What makes two addresses the same: folded, with the domain in ASCII.
    email_key text NOT NULL UNIQUE,
    display_name text NOT NULL,
    -- Null: nobody signs in by password.
    password_hash text,
    created_at timestamptz NOT NULL
);

CREATE TABLE sessions (
    session_id text PRIMARY KEY,
    user_id text NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE INDEX sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    session_id text NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz
);
-- A family has one living member at most.
CREATE UNIQUE INDEX refresh_tokens_unspent ON refresh_tokens (session_id) WHERE spent_at IS NULL;
CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);

CREATE TABLE sign_in_links (
    code_hash bytea PRIMARY KEY CHECK (octet_length(code_hash) = 32),
    user_id text NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    redeemed_at timestamptz
);
CREATE INDEX sign_in_links_user_id ON sign_in_links (user_id);
CREATE INDEX sign_in_links_expires_at ON sign_in_links (expires_at);
