-- What a person recognises a session by in the list of theirs: a browser or program and a system, never a whole user
-- agent. A constant default: no row is written for it.
ALTER TABLE sessions ADD COLUMN device text NOT NULL DEFAULT '';
