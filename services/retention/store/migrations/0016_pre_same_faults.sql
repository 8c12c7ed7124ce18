-- Since when it is the same that keeps an export from being prepared: what is lost has been gone for a while by itself.
ALTER TABLE exports ADD COLUMN fault_since timestamptz;
