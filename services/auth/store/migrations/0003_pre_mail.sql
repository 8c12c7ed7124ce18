-- Mail that waits to be sent, and what its one-time links stand for.
ALTER TABLE accounts ADD COLUMN email_verified_at timestamptz;

CREATE TABLE email_codes (
    code_hash bytea PRIMARY KEY CHECK (octet_length(code_hash) = 32),
    purpose text NOT NULL,
    -- Null: asked for with an address that no account has. Nobody knows such a code.
    user_id text REFERENCES accounts (user_id) ON DELETE CASCADE,
    -- What makes two addresses the same, as in accounts: the address that the code was sent to.
    email_key text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX email_codes_user_id ON email_codes (user_id);
CREATE INDEX email_codes_email_key ON email_codes (email_key, made_at);
CREATE INDEX email_codes_expires_at ON email_codes (expires_at);

CREATE TABLE pending_sign_ups (
    -- For an address that has an account this is of a code that nobody was sent.
    code_hash bytea PRIMARY KEY CHECK (octet_length(code_hash) = 32),
    email text NOT NULL,
    email_key text NOT NULL,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX pending_sign_ups_email_key ON pending_sign_ups (email_key, made_at);
CREATE INDEX pending_sign_ups_expires_at ON pending_sign_ups (expires_at);

CREATE TABLE mails (
    mail_id text PRIMARY KEY,
    -- Address and words, sealed: a code must not lie here in the clear, not even for the second until it is sent.
    sealed bytea NOT NULL,
    due_at timestamptz NOT NULL,
    tries integer NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX mails_due_at ON mails (due_at);
