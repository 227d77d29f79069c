-- How often events of the organization were erased: what was read before may hold some of them.
ALTER TABLE progress ADD COLUMN erasures bigint NOT NULL DEFAULT 0;
