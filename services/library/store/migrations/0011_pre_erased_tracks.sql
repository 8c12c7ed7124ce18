-- What the deletion of a track removes, counted in the commit that removes it and told once all of it is gone. Code before
-- this one counts nothing, and of its deletions nothing is told.
ALTER TABLE tracks ADD COLUMN removed jsonb;
