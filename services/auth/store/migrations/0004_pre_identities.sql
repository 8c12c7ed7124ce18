-- Somebody whom an issuer vouches for need not have told it an address, or has one that another account here has.
ALTER TABLE accounts ALTER COLUMN email DROP NOT NULL;
ALTER TABLE accounts ALTER COLUMN email_key DROP NOT NULL;

-- Who somebody is elsewhere. The two names together are the identity; an address never is.
CREATE TABLE identities (
    issuer text NOT NULL,
    subject text NOT NULL,
    -- Null before the account is made, and once it has been erased.
    user_id text REFERENCES accounts (user_id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    -- The issuer's own time of the newest that it told us: what is older comes too late.
    told_at timestamptz NOT NULL,
    -- Set when the issuer deleted them. Until the row is forgotten no late token or message makes them an account anew.
    ended_at timestamptz,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_user_id ON identities (user_id);
CREATE INDEX identities_ended_at ON identities (ended_at) WHERE ended_at IS NOT NULL;

-- Messages that were taken, each of which counts once.
CREATE TABLE webhook_messages (
    message_id text PRIMARY KEY,
    received_at timestamptz NOT NULL
);
CREATE INDEX webhook_messages_received_at ON webhook_messages (received_at);
