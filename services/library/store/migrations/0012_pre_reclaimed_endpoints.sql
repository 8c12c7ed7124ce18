-- Endpoints of an account that was taken back are disabled until their owner enables them.
ALTER TABLE webhook_endpoints
    DROP CONSTRAINT webhook_endpoints_disabled_reason_check,
    ADD CONSTRAINT webhook_endpoints_disabled_reason_check
        CHECK (disabled_reason IN ('asked', 'gone', 'failing', 'reclaimed'));
