-- A person's tracks in the order in which their files are given: a page of them is found without reading all before it.
CREATE INDEX tracks_given ON tracks (owner_id, track_id) WHERE deleted_at IS NULL AND deleting_at IS NULL;
