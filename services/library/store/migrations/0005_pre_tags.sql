-- A listener's own words for a track. Old code leaves them as they are.
ALTER TABLE tracks ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
