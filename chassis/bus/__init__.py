"""NATS JetStream: streams, relay of the outbox, consumers."""
