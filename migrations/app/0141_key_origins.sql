-- The sites whose pages may send with a write key, with spaces between; none are all.
ALTER TABLE api_keys ADD COLUMN origins text NOT NULL DEFAULT '';
