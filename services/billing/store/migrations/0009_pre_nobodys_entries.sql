-- Each step of a purge looks for entries of nobody that are past their life: those that are not are left unread.
CREATE INDEX entries_of_nobody ON entries (at) WHERE owner_id IS NULL;
