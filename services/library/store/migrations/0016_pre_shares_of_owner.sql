-- What a person's links are is asked by the person, however many tracks they have.
CREATE INDEX shares_of_owner ON shares (owner_id);
