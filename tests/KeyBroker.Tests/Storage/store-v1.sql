-- A store as the first version of coffer made it; expiries are milliseconds of Unix time.
PRAGMA journal_mode = WAL;
CREATE TABLE records (
  id INTEGER PRIMARY KEY,
  collection TEXT NOT NULL,
  key BLOB NOT NULL,
  expires INTEGER,
  value BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX records_by_key ON records (collection, key);
CREATE INDEX records_by_expiry ON records (expires) WHERE expires IS NOT NULL;
INSERT INTO records (collection, key, expires, value) VALUES
  ('policies', x'61', NULL, x'010203'),
  ('policies', x'c3a9', NULL, x'04'),
  ('sessions', x'65787069726564', 1000, x'05'),
  ('sessions', x'6c69766573', 4102444800000, x'06');
PRAGMA application_id = 1131374194;
PRAGMA user_version = 1;
