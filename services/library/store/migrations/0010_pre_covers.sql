-- A listener may send a cover of their own, also a WebP, or remove the one that the file brought. Where they chose, the
-- file's comes no more. Code before this one knows nothing of that and reads what is there.
ALTER TABLE track_tags
    ADD COLUMN cover_chosen boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT track_tags_cover_type_check,
    ADD CONSTRAINT track_tags_cover_type_check CHECK (cover_type IN ('image/jpeg', 'image/png', 'image/webp'));
