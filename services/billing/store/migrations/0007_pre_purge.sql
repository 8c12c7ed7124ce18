-- Payment records of an erased person go seven years after it. Until now nothing could be taken out of the ledger; from here
-- on what is past that life can, and nothing else: not by a fault, nor by a stranger in this service's code.

ALTER TABLE erased_people ADD COLUMN records_purged_at timestamptz;
CREATE INDEX erased_people_with_records ON erased_people (finished_at) WHERE records_purged_at IS NULL;

-- The triggers of before go on calling this one. What is removed is judged once it is known which rows these are.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'entries of the ledger are added, never changed';
END
$$;

-- By this server's own clock, whatever moment anybody names.
CREATE FUNCTION is_past_life(whose text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM erased_people WHERE user_id = whose AND finished_at < now() - interval '7 years'
    )
$$;
CREATE FUNCTION refuse_early_removal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_early boolean;
BEGIN
    IF TG_TABLE_NAME = 'postings' THEN
        SELECT coalesce(bool_or(NOT is_past_life(owner_id)), false) INTO is_early
        FROM (SELECT DISTINCT owner_id FROM gone JOIN grants USING (grant_id)) AS removed;
    ELSIF TG_TABLE_NAME = 'entries' THEN
        -- The end of a job that never reserved is nobody's, and as old as it is itself.
        SELECT coalesce(bool_or(NOT is_past_life(owner_id)), false)
            OR EXISTS (SELECT FROM gone WHERE owner_id IS NULL AND at >= now() - interval '7 years') INTO is_early
        FROM (SELECT DISTINCT owner_id FROM gone WHERE owner_id IS NOT NULL) AS removed;
    ELSIF TG_TABLE_NAME = 'invoices' THEN
        -- A draft that was deleted was never an invoice.
        SELECT coalesce(bool_or(NOT is_past_life(owner_id)), false) INTO is_early
        FROM (SELECT DISTINCT owner_id FROM gone WHERE state <> 'draft') AS removed;
    ELSE
        SELECT coalesce(bool_or(NOT is_past_life(owner_id)), false) INTO is_early
        FROM (SELECT DISTINCT owner_id FROM gone) AS removed;
    END IF;
    IF is_early THEN
        RAISE EXCEPTION '% are kept for seven years after their account', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;

-- Code takes these tables in either order, so that the others are not waited for while the first is held: what they held
-- up goes on before the next try.
DO $$
BEGIN
    LOOP
        BEGIN
            LOCK TABLE entries IN SHARE ROW EXCLUSIVE MODE;
            LOCK TABLE grants, postings, invoices IN SHARE ROW EXCLUSIVE MODE NOWAIT;
            RETURN;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.02);
        END;
    END LOOP;
END
$$;
CREATE TRIGGER entries_stay AFTER DELETE ON entries REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_early_removal();
CREATE TRIGGER grants_stay AFTER DELETE ON grants REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_early_removal();
CREATE TRIGGER postings_stay AFTER DELETE ON postings REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_early_removal();
CREATE TRIGGER invoices_stay AFTER DELETE ON invoices REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_early_removal();
