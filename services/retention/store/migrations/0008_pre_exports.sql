-- What people are given of all that is held of them. Documents are copied, since they may say something else a moment later;
-- of files, which stay the same until they are gone, sizes and checksums are kept alone.
CREATE TABLE exports (
    export_id text PRIMARY KEY,
    user_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('preparing', 'ready', 'expired', 'ended')),
    ending text NOT NULL DEFAULT '' CHECK (ending IN ('', 'deleted', 'away')),
    asked_at timestamptz NOT NULL,
    -- When it is to be worked at; a process that does puts it off.
    due_at timestamptz NOT NULL,
    -- Rises with each process that takes it: an older one changes nothing any more.
    attempt integer NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0,
    parts bigint NOT NULL DEFAULT 0,
    size_bytes bigint NOT NULL DEFAULT 0,
    -- Where the archive's directory begins, once it is ready.
    directory_at bigint,
    ready_at timestamptz,
    expires_at timestamptz,
    -- When it expired or ended: a while after that it is forgotten.
    over_at timestamptz,
    CHECK (state <> 'ready' OR (ready_at IS NOT NULL AND expires_at IS NOT NULL AND directory_at IS NOT NULL)),
    CHECK ((state = 'ended') = (ending <> '')),
    CHECK ((state IN ('expired', 'ended')) = (over_at IS NOT NULL))
);
CREATE UNIQUE INDEX exports_preparing ON exports (user_id) WHERE state = 'preparing';
CREATE INDEX exports_of_person ON exports (user_id, asked_at DESC, export_id DESC);
CREATE INDEX exports_due ON exports (due_at) WHERE state = 'preparing';
CREATE INDEX exports_expiring ON exports (expires_at) WHERE state = 'ready';
CREATE INDEX exports_over ON exports (over_at) WHERE over_at IS NOT NULL;

CREATE TABLE export_parts (
    export_id text NOT NULL REFERENCES exports ON DELETE CASCADE,
    -- Place in the archive.
    position integer NOT NULL CHECK (position >= 0),
    holder text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    media_type text NOT NULL,
    schema text NOT NULL,
    -- Of a file; empty of a document, whose content is here.
    version text NOT NULL,
    -- Null while it is written.
    size_bytes bigint,
    crc32 bigint,
    -- Null until all are there.
    archive_offset bigint,
    PRIMARY KEY (export_id, position),
    UNIQUE (export_id, holder, name)
);

CREATE TABLE export_contents (
    export_id text NOT NULL,
    position integer NOT NULL,
    -- Where it begins in the document.
    offset_bytes bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (export_id, position, offset_bytes),
    FOREIGN KEY (export_id, position) REFERENCES export_parts ON DELETE CASCADE
);
