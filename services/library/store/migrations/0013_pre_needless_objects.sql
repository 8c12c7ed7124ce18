-- Objects that nobody needs, or will need unless the change that stores them commits: noted before they are, so that no
-- crash and no absence of the storage leaves one for ever. A name that ends in "/" stands for all below it.
CREATE TABLE needless_objects (
    object_name text PRIMARY KEY,
    owner_id text NOT NULL,
    due_at timestamptz NOT NULL
);
CREATE INDEX needless_objects_due ON needless_objects (due_at);
CREATE INDEX needless_objects_of_owner ON needless_objects (owner_id);
