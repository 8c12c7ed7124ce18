-- What the payment provider says, kept so far as people are shown it and lawful records need it. Nothing here decides
-- anything: whatever changed is read anew from the provider, and the ledger is the only account of minutes.

CREATE TABLE customers (
    owner_id text PRIMARY KEY,
    -- Absent between the wish for a customer and the provider's answer.
    customer_id text UNIQUE,
    asked_at timestamptz NOT NULL,
    -- The number of the look that the columns below are of; an older look never overwrites a newer one.
    look bigint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'none' CHECK (state IN ('none', 'trial', 'active', 'ending', 'grace', 'lapsed')),
    plan text,
    next_plan text,
    paid_until timestamptz,
    usable_until timestamptz,
    had_subscription boolean NOT NULL DEFAULT false,
    card_type text,
    card_last4 text CHECK (card_last4 ~ '^[0-9]{4}$')
);
CREATE SEQUENCE look_numbers;

CREATE TABLE invoices (
    invoice_id text PRIMARY KEY,
    owner_id text NOT NULL,
    number text,
    created_at timestamptz NOT NULL,
    total bigint NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    state text NOT NULL,
    url text,
    look bigint NOT NULL
);
CREATE INDEX invoices_of_person ON invoices (owner_id, created_at DESC, invoice_id DESC);

-- Every event that arrived. It is inserted together with the look that it asks for, or not at all.
CREATE TABLE received_events (
    event_id text PRIMARY KEY,
    kind text NOT NULL,
    created_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX received_events_by_age ON received_events (received_at);

-- Looks that are due: a customer's state (cus_), or that of whoever paid a charge (ch_), is to be read anew.
CREATE TABLE due_looks (
    subject text PRIMARY KEY,
    -- Rises with each wish, so that one that came during a look is not taken for done with it.
    wanted bigint NOT NULL DEFAULT 1,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    claimed_until timestamptz,
    parked_at timestamptz,
    fault text
);
CREATE INDEX due_looks_by_time ON due_looks (due_at) WHERE parked_at IS NULL;

-- Requests with a key of the caller's own: the same key gives the same answer for as long as the row is kept.
CREATE TABLE checkout_orders (
    owner_id text NOT NULL,
    request_key text NOT NULL,
    price_lookup_key text NOT NULL,
    url text,
    ordered_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, request_key)
);
CREATE INDEX checkout_orders_by_age ON checkout_orders (ordered_at);

-- One row: how far the reconciliation has come.
CREATE TABLE reconciliation (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    -- Events before this were looked for by a reconciliation that came to its end.
    events_seen_until timestamptz,
    began_at timestamptz,
    ended_at timestamptz,
    phase text NOT NULL DEFAULT 'idle' CHECK (phase IN ('idle', 'events', 'customers')),
    place text NOT NULL DEFAULT '',
    claimed_until timestamptz
);
INSERT INTO reconciliation DEFAULT VALUES;
