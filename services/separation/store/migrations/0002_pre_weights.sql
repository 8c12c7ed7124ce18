-- The digest of the weights that a job's segments are made with; empty in jobs that no worker has begun, or of before this.
ALTER TABLE jobs ADD COLUMN weights_sha256 text NOT NULL DEFAULT '';
