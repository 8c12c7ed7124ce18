-- That somebody said that they are 13 or older, and when: never how old they are. Null in accounts of before, and where
-- somebody else says that there is a person; these are asked. Processes from before do not name it, and ask nobody.
ALTER TABLE accounts ADD COLUMN age_confirmed_at timestamptz;
ALTER TABLE pending_sign_ups ADD COLUMN age_confirmed_at timestamptz;
