-- Who was erased, and what went with them. Their account's row, and all that hangs on it, is gone then.
CREATE TABLE erased_people (
    user_id text PRIMARY KEY,
    begun_at timestamptz NOT NULL,
    finished_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}'
);
-- Whose mail it is, so that it can be found without being opened. Null: of somebody without an account, or of older code.
ALTER TABLE mails ADD COLUMN user_id text;
CREATE INDEX mails_user_id ON mails (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX accounts_closed_at ON accounts (closed_at) WHERE closed_at IS NOT NULL;
