-- Uploads to be erased. A row goes when its evidence comes, in one transaction.
CREATE TABLE duties (
    upload_id text PRIMARY KEY,
    owner_id text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    reason text NOT NULL CHECK (reason IN ('finished', 'deadline')),
    tries integer NOT NULL DEFAULT 0,
    -- Taken by a process, or left alone after a failure, until then.
    not_before timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX duties_due ON duties (due_at);
CREATE INDEX duties_age ON duties (uploaded_at);

-- Evidence.
CREATE TABLE erasures (
    upload_id text PRIMARY KEY,
    owner_id text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    erased_at timestamptz NOT NULL,
    reason text NOT NULL CHECK (reason IN ('finished', 'deadline')),
    objects integer NOT NULL CHECK (objects >= 0)
);
CREATE INDEX erasures_of_owner ON erasures (owner_id, erased_at DESC, upload_id DESC);
