-- People to be erased from every service that holds something of theirs, and what each of these said that it took away.
CREATE TABLE account_erasures (
    user_id text PRIMARY KEY,
    requested_at timestamptz NOT NULL,
    -- When a holder is to be asked next; a process that took it on puts this off for as long as it may need.
    due_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX account_erasures_due ON account_erasures (due_at) WHERE finished_at IS NULL;
CREATE INDEX account_erasures_waiting ON account_erasures (requested_at) WHERE finished_at IS NULL;

CREATE TABLE account_erasure_steps (
    user_id text NOT NULL REFERENCES account_erasures ON DELETE CASCADE,
    holder text NOT NULL,
    tries integer NOT NULL,
    not_before timestamptz NOT NULL,
    finished_at timestamptz,
    -- Why it was not finished the last time, in one word.
    fault text NOT NULL,
    counts jsonb NOT NULL,
    PRIMARY KEY (user_id, holder)
);
