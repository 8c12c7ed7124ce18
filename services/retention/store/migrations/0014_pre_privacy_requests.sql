-- Requests about privacy, each with its number and its legal day (GDPR, article 12(3)).
CREATE TABLE privacy_requests (
    number text PRIMARY KEY CHECK (number ~ '^PR-[0-9A-Z]{10}$'),
    kind text NOT NULL CHECK (kind IN ('access', 'correct', 'delete', 'export', 'object', 'child', 'question')),
    -- Whose; empty of somebody without an account, and once nothing more is told of it.
    user_id text NOT NULL DEFAULT '',
    -- Where somebody without an account is written to, until the last mail is on its way.
    reply_to text NOT NULL DEFAULT '' CHECK (length(reply_to) <= 254),
    text text NOT NULL CHECK (length(text) <= 4000),
    received_at timestamptz NOT NULL,
    due_on date NOT NULL,
    extended_at timestamptz,
    extension text NOT NULL DEFAULT '' CHECK (length(extension) <= 4000),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'closed')),
    answer text NOT NULL DEFAULT '' CHECK (length(answer) <= 4000),
    ending text NOT NULL DEFAULT '' CHECK (ending IN ('', 'withdrawn', 'duplicate', 'no_request', 'erased')),
    ended_at timestamptz,
    -- What somebody without an account follows it by, kept as its digest alone.
    token_hash bytea UNIQUE CHECK (octet_length(token_hash) = 32),
    -- The caller's own name for what they sent; empty for none.
    idempotency_key text NOT NULL DEFAULT '',
    -- What its sender is to be written of, and when that is tried next.
    untold text NOT NULL DEFAULT '' CHECK (untold IN ('', 'extended', 'answered')),
    tell_at timestamptz,
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((state = 'closed') = (ending <> '')),
    CHECK ((untold <> '') = (tell_at IS NOT NULL)),
    CHECK (user_id = '' OR reply_to = '')
);
CREATE INDEX privacy_requests_of_person ON privacy_requests (user_id, received_at DESC);
CREATE UNIQUE INDEX privacy_requests_keys ON privacy_requests (user_id, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX privacy_requests_open ON privacy_requests (due_on, number) WHERE state = 'open';
CREATE INDEX privacy_requests_ended ON privacy_requests (ended_at DESC, number) WHERE ended_at IS NOT NULL;
CREATE INDEX privacy_requests_untold ON privacy_requests (tell_at) WHERE tell_at IS NOT NULL;
-- Why a person was erased, where that is to be shown; empty where they asked for it, or their issuer did.
ALTER TABLE account_erasures ADD COLUMN reason text NOT NULL DEFAULT '' CHECK (reason IN ('', 'child'));
CREATE INDEX account_erasures_of_children ON account_erasures (requested_at) WHERE reason = 'child';
