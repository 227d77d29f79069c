-- What waits in each process's log, where several bring events to one store: what is to be erased waits for it.
ALTER TABLE usage_logs ADD COLUMN seen_at timestamptz;
-- Everything that the log took before is stored.
ALTER TABLE usage_logs ADD COLUMN stored_to timestamptz;
-- Events that were not.
ALTER TABLE usage_logs ADD COLUMN pending bigint NOT NULL DEFAULT 0;
