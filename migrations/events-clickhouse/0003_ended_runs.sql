-- How often a process ended that had appended to the run, with nothing under way, and how often one went on with it: after an
-- end nothing more can arrive, so that a restart needs no run of its own.
ALTER TABLE runs ADD COLUMN IF NOT EXISTS ends SimpleAggregateFunction(max, UInt32);

ALTER TABLE runs ADD COLUMN IF NOT EXISTS resumes SimpleAggregateFunction(max, UInt32);
