-- The key that a site signs the frames of a share with; none until somebody makes one.

ALTER TABLE shares ADD COLUMN embed_key text;
ALTER TABLE shares ADD COLUMN embed_key_at timestamptz;
