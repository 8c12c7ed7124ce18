-- Looks that only a reconciliation wished for wait behind those that somebody's payment did. Older code wishes for none.
ALTER TABLE due_looks ADD COLUMN is_routine boolean NOT NULL DEFAULT false;
CREATE INDEX due_looks_by_turn ON due_looks (is_routine, due_at) WHERE parked_at IS NULL;
