-- Until when somebody is removing the object: outside of any transaction, so that a slow storage holds no row.
ALTER TABLE needless_objects ADD COLUMN claimed_until timestamptz;
