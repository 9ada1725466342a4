-- What the sides signed, the logs of their groups, and what they share: all of it opaque to the server.
-- Bytes that somebody signed are kept as they came. Moments are milliseconds since 1970 (UTC).

CREATE TABLE manifest (
    summit  TEXT    NOT NULL PRIMARY KEY REFERENCES summit (id),
    payload BLOB    NOT NULL,               -- the Manifest as it is signed: UTF-8 JSON
    agreed  INTEGER                         -- when the last party signed
) STRICT, WITHOUT ROWID;

CREATE TABLE manifest_signature (
    summit    TEXT    NOT NULL REFERENCES manifest (summit),
    party     TEXT    NOT NULL,
    signature BLOB    NOT NULL,
    signed    INTEGER NOT NULL,
    PRIMARY KEY (summit, party)
) STRICT, WITHOUT ROWID;

-- The latest list of each party; it contains all that came before.
CREATE TABLE revocation (
    summit TEXT    NOT NULL REFERENCES manifest (summit),
    party  TEXT    NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    list   TEXT    NOT NULL,                -- the Envelope as JSON
    PRIMARY KEY (summit, party)
) STRICT, WITHOUT ROWID;

ALTER TABLE invitation ADD COLUMN jti BLOB;      -- the number in the document
ALTER TABLE invitation ADD COLUMN document TEXT; -- the Envelope as JSON

CREATE UNIQUE INDEX invitation_of_jti ON invitation (summit, jti);

CREATE TABLE group_entry (
    summit  TEXT    NOT NULL REFERENCES manifest (summit),
    "group" TEXT    NOT NULL,
    seq     INTEGER NOT NULL CHECK (seq > 0),
    at      INTEGER NOT NULL,
    by      TEXT    NOT NULL,               -- the seat that sent it
    request TEXT,                           -- the request that brought it
    body    TEXT    NOT NULL,               -- the GroupBody as JSON
    PRIMARY KEY (summit, "group", seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE file (
    id      TEXT    NOT NULL PRIMARY KEY,
    summit  TEXT    NOT NULL REFERENCES manifest (summit),
    "group" TEXT    NOT NULL,
    by      TEXT    NOT NULL,               -- the seat that shares it
    size    INTEGER NOT NULL CHECK (size >= 0),
    chunks  INTEGER NOT NULL CHECK (chunks > 0),
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX file_of_summit ON file (summit);

CREATE TABLE file_chunk (
    file   TEXT    NOT NULL REFERENCES file (id),
    number INTEGER NOT NULL CHECK (number >= 0),
    bytes  BLOB    NOT NULL,                -- sealed
    PRIMARY KEY (file, number)
) STRICT;

-- A summit of version 1 has no manifest: nobody can take part sealed, and there is no other way to take part. It is over.
UPDATE summit SET ended = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE ended IS NULL;
