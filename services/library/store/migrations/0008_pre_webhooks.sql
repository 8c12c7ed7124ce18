-- Webhooks. An event becomes rows of messages in the transaction of what happened, so none is lost; whoever sends holds the
-- endpoint's lease, so its messages leave one after another, however many replicas send. Secrets are wrapped under the
-- owner's key. Removing an endpoint removes all of it.
CREATE TABLE webhook_endpoints (
    endpoint_id text PRIMARY KEY,
    owner_id text NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL CHECK (cardinality(events) > 0),
    wrapped_secret bytea NOT NULL,
    old_wrapped_secret bytea,
    old_secret_until timestamptz,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    disabled_reason text CHECK (disabled_reason IN ('asked', 'gone', 'failing')),
    delivered_at timestamptz,
    -- When the first of its waiting messages is due; null while none waits.
    due_at timestamptz,
    served_at timestamptz,
    lease_id text,
    lease_until timestamptz,
    CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL)),
    CHECK ((old_wrapped_secret IS NULL) = (old_secret_until IS NULL))
);
CREATE INDEX webhook_endpoints_of_owner ON webhook_endpoints (owner_id, created_at, endpoint_id);
CREATE INDEX webhook_endpoints_due ON webhook_endpoints (due_at) WHERE due_at IS NOT NULL AND disabled_at IS NULL;

CREATE TABLE webhook_deliveries (
    delivery_id text PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    endpoint_id text NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
    owner_id text NOT NULL,
    message_id text NOT NULL,
    event text NOT NULL,
    track_id text NOT NULL,
    state text NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'delivered', 'failed')),
    tries integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    due_at timestamptz,
    CHECK ((status = 'waiting') = (due_at IS NOT NULL))
);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (endpoint_id, due_at, sequence) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (endpoint_id, sequence DESC);
CREATE INDEX webhook_deliveries_of_owner ON webhook_deliveries (owner_id);
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (created_at) WHERE status <> 'waiting';

CREATE TABLE webhook_attempts (
    attempt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id text NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
    owner_id text NOT NULL,
    began_at timestamptz NOT NULL,
    duration_ms integer NOT NULL CHECK (duration_ms >= 0),
    http_status integer,
    fault text
);
CREATE INDEX webhook_attempts_of_delivery ON webhook_attempts (delivery_id, attempt_id);

-- Requests by the callers' own names for them, of which the digests are kept, and what each made.
CREATE TABLE made_requests (
    owner_id text NOT NULL,
    operation text NOT NULL,
    name_hash bytea NOT NULL,
    content_hash bytea NOT NULL,
    made_id text NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, operation, name_hash)
);
CREATE INDEX made_requests_old ON made_requests (made_at);
