-- Checks of the policy's promises, each with what it found last; and the history of what they found.
CREATE TABLE checks (
    check_name text PRIMARY KEY,
    -- When it is to be run next; a process that took it on puts this off for as long as it may need.
    due_at timestamptz NOT NULL,
    state text CHECK (state IN ('kept', 'broken', 'cannot_say')),
    reason text NOT NULL DEFAULT '',
    service text NOT NULL DEFAULT '',
    figures jsonb NOT NULL DEFAULT '{}',
    seen_at timestamptz,
    kept_at timestamptz,
    CHECK ((state IS NULL) = (seen_at IS NULL))
);
CREATE INDEX checks_due ON checks (due_at);

CREATE TABLE findings (
    finding_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    check_name text NOT NULL,
    state text NOT NULL CHECK (state IN ('kept', 'broken', 'cannot_say')),
    reason text NOT NULL,
    service text NOT NULL,
    figures jsonb NOT NULL,
    seen_at timestamptz NOT NULL
);
CREATE INDEX findings_of_check ON findings (check_name, seen_at DESC);
CREATE INDEX findings_by_age ON findings (seen_at);
