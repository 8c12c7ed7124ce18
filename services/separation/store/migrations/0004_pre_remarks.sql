-- The words of warnings, for programs: of those that have one. Old code writes the sentences alone.
ALTER TABLE jobs ADD COLUMN remarks jsonb NOT NULL DEFAULT '[]';
