-- What each holder is asked to remove past its life, by the clock: one row of each holder and class.
CREATE TABLE purges (
    holder text NOT NULL,
    data_class text NOT NULL,
    noted_at timestamptz NOT NULL,
    -- When it is to be asked next; a process that took it on puts this off for as long as it may need.
    due_at timestamptz NOT NULL,
    -- When the holder last said that nothing is left.
    finished_at timestamptz,
    -- In a row without being finished, and why the last one was not, in one word.
    tries integer NOT NULL DEFAULT 0,
    fault text NOT NULL DEFAULT '',
    -- All that it ever told to have removed, by kind; and what of the class it removes by its own clock.
    counts jsonb NOT NULL DEFAULT '{}',
    by_own_clock text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (holder, data_class)
);
CREATE INDEX purges_due ON purges (due_at);
