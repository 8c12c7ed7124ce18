-- Evidence that a track's own things are gone, as the library tells it. Of its name nothing is kept.
CREATE TABLE track_erasures (
    track_id text PRIMARY KEY,
    owner_id text NOT NULL,
    upload_id text NOT NULL,
    asked_at timestamptz NOT NULL,
    erased_at timestamptz NOT NULL,
    stems integer NOT NULL CHECK (stems >= 0),
    stem_files integer NOT NULL CHECK (stem_files >= 0),
    peaks integer NOT NULL CHECK (peaks >= 0),
    covers integer NOT NULL CHECK (covers >= 0),
    links integer NOT NULL CHECK (links >= 0)
);
CREATE INDEX track_erasures_of_owner ON track_erasures (owner_id, erased_at DESC, track_id DESC);
