-- What operators did here: noted before it is carried out, and what came of it after.
CREATE TABLE operator_acts (
    act_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    certificate text NOT NULL,
    operator text NOT NULL,
    role text NOT NULL,
    method text NOT NULL,
    details jsonb NOT NULL
);
CREATE INDEX operator_acts_at ON operator_acts (at);
-- A table of its own, so that no row of either has to be changed.
CREATE TABLE operator_act_outcomes (
    act_id bigint PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    outcome text NOT NULL,
    details jsonb NOT NULL
);
CREATE INDEX operator_act_outcomes_at ON operator_act_outcomes (at);
-- The service owns its tables, so that no grant can be taken from it; these refuse what a fault or a stranger in its code
-- may try.
CREATE FUNCTION refuse_changed_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at < now() - interval '2 years' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'what operators did is never changed, and kept for two years';
END
$$;
CREATE TRIGGER operator_acts_stay BEFORE UPDATE OR DELETE ON operator_acts
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_act();
CREATE TRIGGER operator_acts_stay_all BEFORE TRUNCATE ON operator_acts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_act();
CREATE TRIGGER operator_act_outcomes_stay BEFORE UPDATE OR DELETE ON operator_act_outcomes
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_act();
CREATE TRIGGER operator_act_outcomes_stay_all BEFORE TRUNCATE ON operator_act_outcomes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_act();
