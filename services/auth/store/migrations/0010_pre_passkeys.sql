-- Passkeys: the public halves of keys that a person's devices hold.
CREATE TABLE passkeys (
    passkey_id text PRIMARY KEY,
    user_id text NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    -- What the authenticator calls it; the longest that WebAuthn allows.
    credential_id bytea NOT NULL UNIQUE CHECK (octet_length(credential_id) BETWEEN 1 AND 1023),
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL CHECK (sign_count >= 0),
    transports text[] NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz
);
CREATE INDEX passkeys_user_id ON passkeys (user_id);

-- By which a person's authenticators know them: random, so that they tell nothing, and one for all their passkeys.
CREATE TABLE passkey_handles (
    user_id text PRIMARY KEY REFERENCES accounts (user_id) ON DELETE CASCADE,
    handle bytea NOT NULL UNIQUE CHECK (octet_length(handle) = 64)
);

-- What browsers were asked and have not answered. The question itself is nowhere: its digest finds it.
CREATE TABLE passkey_challenges (
    challenge_hash bytea PRIMARY KEY CHECK (octet_length(challenge_hash) = 32),
    ceremony text NOT NULL,
    user_id text REFERENCES accounts (user_id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX passkey_challenges_user_id ON passkey_challenges (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX passkey_challenges_expires_at ON passkey_challenges (expires_at);
