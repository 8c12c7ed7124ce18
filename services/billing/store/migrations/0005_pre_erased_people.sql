-- Who was erased: nothing that comes late, a payment's webhook least of all, makes them anew; and what was erased is told.
CREATE TABLE erased_people (
    user_id text PRIMARY KEY,
    begun_at timestamptz NOT NULL,
    finished_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}'
);
-- Of somebody who paid, the customer's id at the provider and the card are part of the payment records, which the law has
-- kept for seven years; from this moment on the row holds nothing else.
ALTER TABLE customers ADD COLUMN erased_at timestamptz;
CREATE INDEX open_grants_of_person ON open_grants (owner_id);
