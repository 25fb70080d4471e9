-- Imported versions of template families: the exact bytes that people read
-- and approve, pinned by their hash. A version only ever gains an approval
-- date and a blocking date.
CREATE TABLE template (
    id             TEXT NOT NULL CHECK (length(id) BETWEEN 1 AND 48),
    version        INTEGER NOT NULL CHECK (version >= 1),
    hash           TEXT NOT NULL CHECK (length(hash) = 71),
    title          TEXT NOT NULL,
    author         TEXT NOT NULL CHECK (author <> ''),
    bytes          BLOB NOT NULL,
    imported_at_ms INTEGER NOT NULL,
    approved_at_ms INTEGER NOT NULL DEFAULT 0, -- 0: not approved
    blocked_at_ms  INTEGER NOT NULL DEFAULT 0, -- 0: not blocked
    PRIMARY KEY (id, version)
) STRICT;

CREATE TABLE template_approval (
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL,
    approver TEXT NOT NULL CHECK (approver <> ''),
    at_ms    INTEGER NOT NULL,
    PRIMARY KEY (id, version, approver),
    FOREIGN KEY (id, version) REFERENCES template (id, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER template_begins_as_draft BEFORE INSERT ON template
WHEN NEW.approved_at_ms <> 0 OR NEW.blocked_at_ms <> 0 OR NEW.version <>
     (SELECT coalesce(max(version), 0) + 1 FROM template WHERE id = NEW.id)
BEGIN SELECT raise(ABORT, 'a template begins as a draft'); END;

CREATE TRIGGER template_is_not_changed
BEFORE UPDATE OF id, version, hash, title, author, bytes, imported_at_ms
ON template
BEGIN SELECT raise(ABORT, 'a template version is not changed'); END;

CREATE TRIGGER template_is_not_deleted BEFORE DELETE ON template
BEGIN SELECT raise(ABORT, 'a template version is not deleted'); END;

-- Two different people; the primary key keeps them different.
CREATE TRIGGER template_needs_two BEFORE UPDATE OF approved_at_ms ON template
WHEN OLD.approved_at_ms <> 0 OR OLD.blocked_at_ms <> 0 OR
     (SELECT count(*) FROM template_approval
      WHERE id = NEW.id AND version = NEW.version) < 2
BEGIN SELECT raise(ABORT, 'a template needs two approvers'); END;

CREATE TRIGGER template_stays_blocked BEFORE UPDATE OF blocked_at_ms ON template
WHEN OLD.blocked_at_ms <> 0
BEGIN SELECT raise(ABORT, 'a blocked template stays blocked'); END;

CREATE TRIGGER template_author_does_not_approve
BEFORE INSERT ON template_approval
WHEN NEW.approver =
     (SELECT author FROM template WHERE id = NEW.id AND version = NEW.version)
BEGIN SELECT raise(ABORT, 'the author does not approve'); END;

CREATE TRIGGER template_approval_is_for_open_ones
BEFORE INSERT ON template_approval
WHEN (SELECT approved_at_ms <> 0 OR blocked_at_ms <> 0 FROM template
      WHERE id = NEW.id AND version = NEW.version)
BEGIN SELECT raise(ABORT, 'the template is approved or blocked'); END;

CREATE TRIGGER template_approval_is_not_changed
BEFORE UPDATE ON template_approval
BEGIN SELECT raise(ABORT, 'an approval is not changed'); END;

CREATE TRIGGER template_approval_is_not_deleted
BEFORE DELETE ON template_approval
BEGIN SELECT raise(ABORT, 'an approval is not deleted'); END;
