-- When an endpoint was last enabled: what its owner enables after their account was taken back stays. Null since it was made.
ALTER TABLE webhook_endpoints ADD COLUMN enabled_at timestamptz;
