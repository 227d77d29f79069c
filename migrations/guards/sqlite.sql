-- The record of changes is only added to, whoever writes. What an organization did goes with the organization.
CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the record of changes is only added to');
END;

CREATE TRIGGER IF NOT EXISTS audit_is_not_deleted BEFORE DELETE ON audit
WHEN EXISTS (SELECT 1 FROM organizations WHERE id = OLD.org_id)
BEGIN
    SELECT RAISE(ABORT, 'the record of changes is only added to');
END;
