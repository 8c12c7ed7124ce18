-- Grants with an identity and an end. Code from before this file goes on writing entries that name no grant: a trigger
-- posts those to their month's grant, in the same transaction, until a post migration takes it away.

-- Older code takes these two tables in either order: a reservation the entries first, a change of plan the accounts. So
-- the second is not waited for while the first is held; what it held up goes on before the next try.
DO $$
BEGIN
    LOOP
        BEGIN
            LOCK TABLE entries IN ACCESS EXCLUSIVE MODE;
            LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE NOWAIT;
            RETURN;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.02);
        END;
    END LOOP;
END
$$;

ALTER TABLE accounts ADD COLUMN renewal text NOT NULL DEFAULT 'calendar_month'
    CHECK (renewal IN ('calendar_month', 'subscription'));

-- What was granted, for what, and for how long. How much of it there is, is a sum of postings.
CREATE TABLE grants (
    grant_id text PRIMARY KEY,
    owner_id text NOT NULL,
    source text NOT NULL
        CHECK (source IN ('plan_month', 'plan_period', 'trial', 'top_up', 'courtesy', 'correction')),
    plan text,
    nominal_s bigint NOT NULL CHECK (nominal_s >= 0),
    starts_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- A grant that replaces another belongs to its line: the one that began it, and what is kept of the one before.
    origin_id text NOT NULL,
    replaces_id text UNIQUE REFERENCES grants,
    kept_s bigint NOT NULL CHECK (kept_s >= 0),
    granted_at timestamptz NOT NULL,
    CHECK (starts_at < expires_at),
    CHECK ((replaces_id IS NULL) = (origin_id = grant_id)),
    CHECK (replaces_id IS NOT NULL OR kept_s = 0)
);
CREATE INDEX grants_of_person ON grants (owner_id, expires_at);
CREATE INDEX grants_of_line ON grants (origin_id);

ALTER TABLE entries
    DROP CONSTRAINT entries_kind_check,
    DROP CONSTRAINT entries_check,
    DROP CONSTRAINT entries_check6,
    ADD CONSTRAINT entries_kind_check
        CHECK (kind IN ('grant', 'reserve', 'settle', 'release', 'expire', 'retract')),
    ADD CONSTRAINT entries_job_check CHECK ((kind IN ('grant', 'expire', 'retract')) = (job_id IS NULL)),
    ADD CONSTRAINT entries_write_off_check CHECK (kind NOT IN ('expire', 'retract') OR balance_change_s = -seconds),
    -- Only what comes by calendar months has one. Older code counts by it, so a job has the month of its reservation.
    ADD CONSTRAINT entries_has_month_check CHECK (
        CASE WHEN owner_id IS NULL THEN month IS NULL WHEN job_id IS NOT NULL THEN month IS NOT NULL ELSE true END
    );
CREATE INDEX entries_of_person ON entries (owner_id, entry_id);
-- The two unique indexes of jobs are of single kinds, so a job's history is found by neither.
CREATE INDEX entries_of_job ON entries (job_id) WHERE job_id IS NOT NULL;

-- What an entry does to each grant. Left and held are sums of these, and so is all else that is said of a grant.
CREATE TABLE postings (
    entry_id bigint NOT NULL REFERENCES entries,
    grant_id text NOT NULL REFERENCES grants,
    kind text NOT NULL,
    left_change_s bigint NOT NULL,
    held_change_s bigint NOT NULL,
    PRIMARY KEY (entry_id, grant_id)
);
CREATE INDEX postings_of_grant ON postings (grant_id) INCLUDE (kind, left_change_s, held_change_s);

CREATE TRIGGER grants_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON grants
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER postings_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Two lists of what is still to come, kept by triggers so that nobody has to search the ledger: jobs that have not ended,
-- and grants whose rest is not written off. They hold no amounts.
CREATE TABLE open_reservations (
    job_id text PRIMARY KEY,
    owner_id text NOT NULL,
    reserved_at timestamptz NOT NULL
);
CREATE INDEX open_reservations_by_age ON open_reservations (reserved_at, job_id);
CREATE INDEX open_reservations_of_person ON open_reservations (owner_id);
CREATE TABLE open_grants (
    grant_id text PRIMARY KEY,
    owner_id text NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX open_grants_by_end ON open_grants (expires_at, grant_id);

CREATE FUNCTION list_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO open_grants (grant_id, owner_id, expires_at) VALUES (NEW.grant_id, NEW.owner_id, NEW.expires_at);
    RETURN NULL;
END
$$;
CREATE TRIGGER grants_listed AFTER INSERT ON grants FOR EACH ROW EXECUTE FUNCTION list_grant();

CREATE FUNCTION list_reservation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'reserve' THEN
        INSERT INTO open_reservations (job_id, owner_id, reserved_at) VALUES (NEW.job_id, NEW.owner_id, NEW.at);
    ELSIF NEW.kind IN ('settle', 'release') THEN
        DELETE FROM open_reservations WHERE job_id = NEW.job_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER entries_listed AFTER INSERT ON entries FOR EACH ROW EXECUTE FUNCTION list_reservation();

-- The grant of a calendar month, made when it is first needed.
CREATE FUNCTION month_grant(whose text, month date, seconds bigint, at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    named text := 'plan_month:' || whose || ':' || to_char(month, 'YYYY-MM');
BEGIN
    INSERT INTO grants (grant_id, owner_id, source, nominal_s, starts_at, expires_at, origin_id, kept_s, granted_at)
    VALUES (named, whose, 'plan_month', greatest(seconds, 0), month::timestamp AT TIME ZONE 'UTC',
        (month + interval '1 month') AT TIME ZONE 'UTC', named, 0, at)
    ON CONFLICT DO NOTHING;
    RETURN named;
END
$$;

-- Posts an entry that older code wrote, by the rules of domain/ledger.py.
CREATE FUNCTION post_older_entry(entry entries) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    hold record;
    charged_s bigint;
    back_s bigint;
    write_off_id bigint;
    uncharged_s bigint := entry.seconds;
BEGIN
    IF entry.kind IN ('grant', 'reserve') THEN
        INSERT INTO postings (entry_id, grant_id, kind, left_change_s, held_change_s)
        VALUES (entry.entry_id, month_grant(entry.owner_id, entry.month, entry.seconds, entry.at), entry.kind,
            entry.balance_change_s, CASE entry.kind WHEN 'reserve' THEN entry.seconds ELSE 0 END);
        RETURN;
    END IF;
    FOR hold IN
        SELECT p.grant_id, p.held_change_s, g.expires_at <= entry.at AS is_over,
            EXISTS (SELECT FROM postings c WHERE c.grant_id = g.grant_id AND c.kind = 'retract') AS is_closed
        FROM entries e JOIN postings p USING (entry_id) JOIN grants g USING (grant_id)
        WHERE e.job_id = entry.job_id AND e.kind = 'reserve' ORDER BY g.expires_at, g.starts_at, g.grant_id
    LOOP
        charged_s := CASE entry.kind WHEN 'settle' THEN least(uncharged_s, hold.held_change_s) ELSE 0 END;
        uncharged_s := uncharged_s - charged_s;
        back_s := hold.held_change_s - charged_s;
        INSERT INTO postings (entry_id, grant_id, kind, left_change_s, held_change_s)
        VALUES (entry.entry_id, hold.grant_id, entry.kind, back_s, -hold.held_change_s);
        IF back_s > 0 AND (hold.is_closed OR hold.is_over) THEN
            INSERT INTO entries (kind, owner_id, seconds, balance_change_s, at)
            VALUES (CASE WHEN hold.is_closed THEN 'retract' ELSE 'expire' END, entry.owner_id, back_s, -back_s, entry.at)
            RETURNING entry_id INTO write_off_id;
            INSERT INTO postings (entry_id, grant_id, kind, left_change_s, held_change_s)
            SELECT entry_id, hold.grant_id, kind, balance_change_s, 0 FROM entries WHERE entry_id = write_off_id;
        END IF;
    END LOOP;
END
$$;

-- At the end of each transaction: every entry is posted in full, and no grant is below zero.
CREATE FUNCTION check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    posted record;
BEGIN
    IF NEW.owner_id IS NULL THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM postings WHERE entry_id = NEW.entry_id) THEN
        -- Older code charges and gives back without this lock.
        PERFORM 1 FROM accounts WHERE owner_id = NEW.owner_id FOR UPDATE;
        PERFORM post_older_entry(NEW);
    END IF;
    SELECT coalesce(sum(left_change_s), 0) AS left_s, coalesce(sum(held_change_s), 0) AS held_s,
        coalesce(bool_and(kind = NEW.kind), false) AS is_of_kind INTO posted FROM postings WHERE entry_id = NEW.entry_id;
    IF NOT posted.is_of_kind OR posted.left_s <> NEW.balance_change_s
        OR posted.held_s <> (CASE NEW.kind WHEN 'reserve' THEN NEW.seconds WHEN 'release' THEN -NEW.seconds
            WHEN 'settle' THEN -(NEW.seconds + NEW.balance_change_s) ELSE 0 END) THEN
        RAISE EXCEPTION 'entry % is not what its postings say', NEW.entry_id;
    END IF;
    IF EXISTS (
        SELECT FROM postings touched JOIN postings p USING (grant_id) WHERE touched.entry_id = NEW.entry_id
        GROUP BY p.grant_id HAVING sum(p.left_change_s) < 0 OR sum(p.held_change_s) < 0
    ) THEN
        RAISE EXCEPTION 'entry % takes a grant below zero', NEW.entry_id;
    END IF;
    RETURN NULL;
END
$$;
-- Made before the entries are posted that are there already: from here on nobody writes until this file is applied.
CREATE CONSTRAINT TRIGGER entries_posted AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_entry();

-- What is there is posted in one go, while writers wait: seconds for a hundred thousand entries. A service that does not
-- start would keep them waiting longer, so this may take what no other statement may.
SET LOCAL statement_timeout = '120s';

INSERT INTO grants (grant_id, owner_id, source, nominal_s, starts_at, expires_at, origin_id, kept_s, granted_at)
SELECT 'plan_month:' || owner_id || ':' || to_char(month, 'YYYY-MM'), owner_id, 'plan_month',
    greatest(sum(seconds) FILTER (WHERE kind = 'grant'), 0), month::timestamp AT TIME ZONE 'UTC',
    (month + interval '1 month') AT TIME ZONE 'UTC', 'plan_month:' || owner_id || ':' || to_char(month, 'YYYY-MM'), 0,
    min(at)
FROM entries WHERE owner_id IS NOT NULL GROUP BY owner_id, month;

INSERT INTO postings (entry_id, grant_id, kind, left_change_s, held_change_s)
SELECT entry_id, 'plan_month:' || owner_id || ':' || to_char(month, 'YYYY-MM'), kind, balance_change_s,
    CASE kind WHEN 'reserve' THEN seconds WHEN 'release' THEN -seconds
        WHEN 'settle' THEN -(seconds + balance_change_s) ELSE 0 END
FROM entries WHERE owner_id IS NOT NULL;

INSERT INTO open_reservations (job_id, owner_id, reserved_at)
SELECT job_id, owner_id, at FROM entries r WHERE kind = 'reserve'
    AND NOT EXISTS (SELECT FROM entries e WHERE e.job_id = r.job_id AND e.kind IN ('settle', 'release'));
