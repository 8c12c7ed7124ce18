-- Accounts that their own people asked to have closed: one of each person, the last.
CREATE TABLE account_closings (
    user_id text PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    -- When the erasure begins; until then it can be taken back.
    due_at timestamptz NOT NULL,
    at_once boolean NOT NULL,
    -- The caller's own name for the request; empty for none.
    idempotency_key text NOT NULL,
    -- What it is followed by is kept as its digest alone.
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    -- At most one of the two is ever set.
    withdrawn_at timestamptz,
    begun_at timestamptz,
    CHECK (withdrawn_at IS NULL OR begun_at IS NULL)
);
CREATE INDEX account_closings_due ON account_closings (due_at) WHERE withdrawn_at IS NULL AND begun_at IS NULL;
CREATE INDEX account_closings_withdrawn ON account_closings (withdrawn_at) WHERE withdrawn_at IS NOT NULL;
