-- The record of changes is only added to, whoever writes. What an organization did goes with the organization.
-- Replicas that start together make this one after the other.
SELECT pg_advisory_xact_lock(hashtext('datapulse guards'));

CREATE OR REPLACE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM organizations WHERE id = OLD.org_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the record of changes is only added to';
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM pg_trigger WHERE tgrelid = 'audit'::regclass AND tgname = 'audit_is_only_added_to'
    ) THEN
        CREATE TRIGGER audit_is_only_added_to BEFORE UPDATE OR DELETE ON audit
            FOR EACH ROW EXECUTE FUNCTION audit_is_only_added_to();
    END IF;
END
$$;
