-- What a song's file says of itself, and where its cover lies. The cover's key is wrapped under its user's.
CREATE TABLE track_tags (
    track_id text PRIMARY KEY REFERENCES tracks ON DELETE CASCADE,
    album text NOT NULL,
    track_number text NOT NULL,
    year text NOT NULL,
    genre text NOT NULL,
    cover_object text,
    cover_type text CHECK (cover_type IN ('image/jpeg', 'image/png')),
    cover_bytes integer,
    wrapped_key bytea
);
