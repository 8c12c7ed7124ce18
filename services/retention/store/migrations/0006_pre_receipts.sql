-- The chain of signed receipts: what was deleted, of nobody whose name stands here. It is kept for ever.
CREATE TABLE receipts (
    sequence bigint PRIMARY KEY CHECK (sequence > 0),
    -- The digest of the entry before it.
    before bytea NOT NULL,
    -- The very bytes that are signed.
    body bytea NOT NULL,
    signature bytea NOT NULL CHECK (length(signature) = 64),
    digest bytea NOT NULL CHECK (digest = sha256(body || signature))
);
-- Keys that sign it, in their order. The newest is in force until there is another; none is ever taken away.
CREATE TABLE receipt_keys (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_id text NOT NULL UNIQUE,
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    -- The first entry that it may sign.
    from_sequence bigint NOT NULL CHECK (from_sequence > 0),
    since timestamptz NOT NULL,
    -- The list of all keys up to this one, as it is published, signed by it.
    list bytea NOT NULL
);
-- The service owns its tables, so that no grant can be taken from it; these refuse what a fault or a stranger in its code
-- may try.
CREATE FUNCTION refuse_changed_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a signed receipt, and the key that signed it, are kept for ever and never changed';
END
$$;
CREATE FUNCTION refuse_gap_in_receipts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence = 1 THEN
        IF NEW.before <> decode(repeat('00', 32), 'hex') THEN
            RAISE EXCEPTION 'the first receipt follows another';
        END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM receipts WHERE sequence = NEW.sequence - 1 AND digest = NEW.before) THEN
        RAISE EXCEPTION 'receipt % does not follow the one before it', NEW.sequence;
    END IF;
    RETURN NEW;
END
$$;
-- The end of the chain, which is the caller's until its transaction is over. One call, so that it is held no longer than
-- need be; each statement in it sees what was committed before it.
CREATE FUNCTION end_of_receipts(OUT at timestamptz, OUT key_in_force text, OUT last_sequence bigint, OUT last_digest bytea)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    -- Locks are the database's, which services may share: hence the schema.
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' receipts', 0));
    at := clock_timestamp();
    SELECT k.key_id INTO key_in_force FROM receipt_keys AS k ORDER BY k.place DESC LIMIT 1;
    SELECT r.sequence, r.digest INTO last_sequence, last_digest FROM receipts AS r ORDER BY r.sequence DESC LIMIT 1;
END
$$;
CREATE TRIGGER receipts_stay BEFORE UPDATE OR DELETE ON receipts
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_receipt();
CREATE TRIGGER receipts_stay_all BEFORE TRUNCATE ON receipts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_receipt();
CREATE TRIGGER receipts_follow BEFORE INSERT ON receipts
    FOR EACH ROW EXECUTE FUNCTION refuse_gap_in_receipts();
CREATE TRIGGER receipt_keys_stay BEFORE UPDATE OR DELETE ON receipt_keys
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_receipt();
CREATE TRIGGER receipt_keys_stay_all BEFORE TRUNCATE ON receipt_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_receipt();

-- What alone leads from a person to their receipts: it goes with the person, and no entry can be told to be theirs again.
CREATE TABLE receipt_salts (
    owner_id text PRIMARY KEY,
    salt bytea NOT NULL CHECK (length(salt) = 32)
);
-- Which entry is the receipt of this evidence; none until it is signed.
ALTER TABLE erasures ADD COLUMN sequence bigint;
ALTER TABLE track_erasures ADD COLUMN sequence bigint;
CREATE UNIQUE INDEX erasures_sequence ON erasures (sequence);
CREATE UNIQUE INDEX track_erasures_sequence ON track_erasures (sequence);
CREATE INDEX erasures_unsigned ON erasures (erased_at) WHERE sequence IS NULL;
CREATE INDEX track_erasures_unsigned ON track_erasures (erased_at) WHERE sequence IS NULL;

-- When the receipt of an erased person was signed, and for a while which entry it is and what opens that.
ALTER TABLE account_erasures ADD COLUMN signed_at timestamptz;
CREATE INDEX account_erasures_unsigned ON account_erasures (finished_at)
    WHERE finished_at IS NOT NULL AND signed_at IS NULL;
CREATE TABLE account_receipts (
    user_id text PRIMARY KEY,
    sequence bigint NOT NULL,
    opening bytea NOT NULL CHECK (length(opening) = 32),
    signed_at timestamptz NOT NULL
);
CREATE INDEX account_receipts_signed ON account_receipts (signed_at);
