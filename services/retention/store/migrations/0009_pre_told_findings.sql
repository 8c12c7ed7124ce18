-- What the log said last of a check: of processes that take turns with it, none says again what another has said.
ALTER TABLE checks ADD COLUMN told text NOT NULL DEFAULT 'kept';
