-- How often events of the organization were erased: what was read before may hold some of them.
ALTER TABLE runs ADD COLUMN IF NOT EXISTS erasures SimpleAggregateFunction(max, UInt32);
