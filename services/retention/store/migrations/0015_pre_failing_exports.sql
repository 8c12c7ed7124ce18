-- Why an export cannot be prepared, and since when: a day of that ends it, whenever it was asked for.
ALTER TABLE exports ADD COLUMN failing_since timestamptz;
ALTER TABLE exports ADD COLUMN fault text NOT NULL DEFAULT '';
-- A byte of an archive is found by it, however many parts come before.
CREATE INDEX export_parts_placed ON export_parts (export_id, archive_offset) WHERE archive_offset IS NOT NULL;
