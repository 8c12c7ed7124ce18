-- Until then nobody takes the job up: a queued one after a try that failed, an admitting one that the sweeper could not
-- finish. Empty where there is nothing to wait for.
ALTER TABLE jobs ADD COLUMN paused_until timestamptz;
