-- One row a person, locked by whoever reserves for them.
CREATE TABLE accounts (
    owner_id text PRIMARY KEY,
    plan text,
    plan_assigned_at timestamptz
);

-- The ledger. Sums of it are the truth; nothing else holds a balance.
CREATE TABLE entries (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('grant', 'reserve', 'settle', 'release')),
    owner_id text,
    month date CHECK (extract(day FROM month) = 1),
    job_id text,
    seconds bigint NOT NULL,
    balance_change_s bigint NOT NULL,
    at timestamptz NOT NULL,
    CHECK ((kind = 'grant') = (job_id IS NULL)),
    CHECK (kind = 'grant' OR seconds >= 0),
    CHECK (kind <> 'grant' OR balance_change_s = seconds),
    CHECK (kind <> 'reserve' OR balance_change_s = -seconds),
    CHECK (kind <> 'release' OR balance_change_s = seconds),
    CHECK (kind <> 'settle' OR balance_change_s >= 0),
    CHECK ((owner_id IS NULL) = (month IS NULL)),
    -- The release of a job that never reserved belongs to nobody.
    CHECK (owner_id IS NOT NULL OR (kind = 'release' AND seconds = 0))
);
CREATE INDEX entries_of_month ON entries (owner_id, month) INCLUDE (kind, seconds, balance_change_s);
CREATE UNIQUE INDEX entries_one_reservation ON entries (job_id) WHERE kind = 'reserve';
CREATE UNIQUE INDEX entries_one_ending ON entries (job_id) WHERE kind IN ('settle', 'release');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the ledger are added, never changed or removed';
END
$$;
CREATE TRIGGER entries_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
