-- Processes from before second factors check the password alone. While they run beside newer ones, as in a rolling
-- deployment or after going back, they must not let anybody in past a second factor. They are known by not naming `methods`,
-- which newer ones always do, also where nobody showed anything: what stands there then is a mark that no row keeps.
ALTER TABLE sessions ALTER COLUMN methods SET DEFAULT '{not named}';

CREATE FUNCTION refuse_session_past_second_factor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM second_factors WHERE user_id = NEW.user_id AND set_at IS NOT NULL) THEN
        RAISE EXCEPTION 'an auth from before second factors opens no session of a person who has a second factor';
    END IF;
    NEW.methods := '{}';
    RETURN NEW;
END
$$;
CREATE TRIGGER sessions_past_second_factor BEFORE INSERT ON sessions
    FOR EACH ROW WHEN (NEW.methods = '{not named}') EXECUTE FUNCTION refuse_session_past_second_factor();
