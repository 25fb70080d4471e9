-- Who may come in. A second factor's secret is not here but in a file of its
-- own (service/access/totp.h); of tokens only SHA-256 is stored.
CREATE TABLE user (
    name       TEXT PRIMARY KEY NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    roles      INTEGER NOT NULL CHECK (roles BETWEEN 0 AND 63),
    password   TEXT NOT NULL, -- Argon2id string of libsodium
    enrolled   INTEGER NOT NULL CHECK (enrolled IN (0, 1)),
    last_step  INTEGER NOT NULL DEFAULT 0, -- of the last one-time code used
    disabled   INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at INTEGER NOT NULL,
    granted_at INTEGER NOT NULL -- releaser or approver since; 0: is neither
) STRICT, WITHOUT ROWID;

-- A one-time code is taken once (D8).
CREATE TRIGGER user_step_rises BEFORE UPDATE OF last_step ON user
WHEN NEW.last_step <= OLD.last_step
BEGIN
    SELECT RAISE(ABORT, 'a one-time code step must rise');
END;

-- kind: 'session' ends after twelve hours, 'token' (API) when it is revoked.
CREATE TABLE session (
    hash          BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
    user          TEXT NOT NULL REFERENCES user (name),
    kind          TEXT NOT NULL CHECK (kind IN ('session', 'token')),
    created_at    INTEGER NOT NULL,
    seen_at       INTEGER NOT NULL,
    step_up_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_user ON session (user);

-- Browsers that have logged in fully; they skip the account's delay.
CREATE TABLE device (
    hash       BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
    user       TEXT NOT NULL REFERENCES user (name),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX device_user ON device (user);
