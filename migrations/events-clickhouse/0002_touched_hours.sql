-- Which hours (counted from 1970) got events, and the position of the last batch of the run that had one in them: what
-- tells every process which of the figures that it kept are still right.
ALTER TABLE runs ADD COLUMN IF NOT EXISTS touched SimpleAggregateFunction(maxMap, Map(Int64, UInt64));
