-- Browsers that are on their way to an OpenID provider and back. State and browser's secret are known by their digests.
CREATE TABLE provider_sign_ins (
    state_hash bytea PRIMARY KEY CHECK (octet_length(state_hash) = 32),
    browser_hash bytea NOT NULL UNIQUE CHECK (octet_length(browser_hash) = 32),
    provider text NOT NULL,
    -- Null: somebody is to be signed in, and no provider to be connected.
    user_id text REFERENCES accounts (user_id) ON DELETE CASCADE,
    session_id text,
    -- What the answer is checked with, and afterwards whom the provider vouched for.
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    answered_at timestamptz,
    CHECK ((user_id IS NULL) = (session_id IS NULL))
);
CREATE INDEX provider_sign_ins_expires_at ON provider_sign_ins (expires_at);
CREATE INDEX provider_sign_ins_user_id ON provider_sign_ins (user_id) WHERE user_id IS NOT NULL;
