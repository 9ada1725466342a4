-- Summits, their logs, the personal links to their seats, and the devices that used one.
-- Moments are milliseconds since 1970 (UTC). Secrets are kept as SHA-256 only.

CREATE TABLE summit (
    id      TEXT    NOT NULL PRIMARY KEY,
    plan    TEXT    NOT NULL,               -- the SummitPlan as JSON
    created INTEGER NOT NULL,
    ended   INTEGER                         -- set together with the entry that ends it
) STRICT;

CREATE TABLE entry (
    summit   TEXT    NOT NULL REFERENCES summit (id),
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    at       INTEGER NOT NULL,
    request  TEXT,                          -- the request that caused it
    event    TEXT    NOT NULL,              -- the Event as JSON
    PRIMARY KEY (summit, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitation (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    summit  TEXT    NOT NULL REFERENCES summit (id),
    seat    TEXT    NOT NULL,
    secret  BLOB    NOT NULL UNIQUE CHECK (length(secret) = 32),
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    revoked INTEGER
) STRICT;

CREATE INDEX invitation_of_summit ON invitation (summit);

CREATE TABLE session (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    invitation INTEGER NOT NULL REFERENCES invitation (id),
    token      BLOB    NOT NULL UNIQUE CHECK (length(token) = 32),
    opened     INTEGER NOT NULL
) STRICT;

CREATE INDEX session_of_invitation ON session (invitation);
