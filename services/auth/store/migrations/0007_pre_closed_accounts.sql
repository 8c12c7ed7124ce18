-- Set when a person's issuer deleted them: until the row is erased nothing of theirs opens anything.
ALTER TABLE accounts ADD COLUMN closed_at timestamptz;
