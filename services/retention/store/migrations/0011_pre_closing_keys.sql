-- Every name that a person's requests had, so that none that comes late undoes what they decided since.
ALTER TABLE account_closings ADD COLUMN idempotency_keys text[] NOT NULL DEFAULT '{}';
-- What has begun goes a while after the erasure is over.
CREATE INDEX account_closings_begun ON account_closings (begun_at) WHERE begun_at IS NOT NULL;
