-- Versions of the privacy policy, as retention tells them. `walked_to` is how far the announcing by mail has come.
CREATE TABLE policy_versions (
    version integer PRIMARY KEY CHECK (version > 0),
    in_force_from timestamptz NOT NULL,
    changes jsonb NOT NULL DEFAULT '{}',
    known_at timestamptz NOT NULL,
    walked_to text NOT NULL DEFAULT '',
    walked_at timestamptz
);

-- Version 0 is the one that was in force then, of whoever signed up before auth was told of any.
CREATE TABLE policy_acceptances (
    user_id text NOT NULL REFERENCES accounts (user_id),
    version integer NOT NULL,
    accepted_at timestamptz NOT NULL,
    at_sign_up boolean NOT NULL,
    PRIMARY KEY (user_id, version)
);

CREATE INDEX policy_acceptances_unnamed ON policy_acceptances (user_id) WHERE version = 0;

-- Once for each way: a process that dies announces nothing twice.
CREATE TABLE policy_tellings (
    user_id text NOT NULL REFERENCES accounts (user_id),
    version integer NOT NULL,
    way text NOT NULL CHECK (way IN ('mail', 'notice', 'question', 'operator')),
    told_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, version, way)
);

CREATE INDEX policy_tellings_unnamed ON policy_tellings (user_id) WHERE version = 0;
