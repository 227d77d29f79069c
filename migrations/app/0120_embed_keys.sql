-- The key that a site signs the frames of a share with, sealed; none until somebody makes one.

ALTER TABLE shares ADD COLUMN embed_key_sealed bytea;
ALTER TABLE shares ADD COLUMN embed_key_at timestamptz;
