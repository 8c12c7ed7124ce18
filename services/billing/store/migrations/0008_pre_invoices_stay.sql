-- What was once an invoice could be made a draft, given to somebody who is gone, or emptied with its table, and was past
-- every guard then. From here on it is neither; a draft may become whatever it becomes.
CREATE FUNCTION refuse_changed_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'invoices are added, never changed into drafts or into those of others, nor emptied at once';
END
$$;
CREATE TRIGGER invoices_stay_invoices BEFORE UPDATE ON invoices FOR EACH ROW
    WHEN (OLD.state <> 'draft' AND (
        NEW.state = 'draft' OR NEW.owner_id <> OLD.owner_id OR NEW.invoice_id <> OLD.invoice_id
    ))
    EXECUTE FUNCTION refuse_changed_invoice();
CREATE TRIGGER invoices_stay_together BEFORE TRUNCATE ON invoices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_invoice();
