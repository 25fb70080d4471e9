/* The audit log: every act and every delivery step as a leaf of one Merkle
 * tree, written in the transaction of the fact it records. Entries are never
 * changed (a trigger refuses it); names and reasons stand beside them with
 * their salts, readable for auditors and deletable.
 *
 *     store_begin(s);
 *     ... the fact ...
 *     int64_t leaf = log_append(s, &(struct log_entry){
 *         .type = "alert.released", .actor = actor->name,
 *         .alert = a->id, .status = alert_status_name(a->status)});
 *     store_commit(s, &e);
 */
#ifndef SERVICE_STORE_LOG_H
#define SERVICE_STORE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/digest.h"
#include "service/base/err.h"
#include "service/seal/entry.h"
#include "service/seal/key.h"
#include "service/seal/merkle.h"
#include "service/seal/publish.h"

struct store;

/* What happened, in plain words; NULL, "" and 0 (or less) mean: does not
 * apply. `type` is one of contract 7. Texts are borrowed until the call
 * returns. actor, subject and reason are hashed with a salt of their own;
 * `at` is the store's clock. */
struct log_entry {
    const char *type;
    const char *actor;   /* who did it: a user's name, local:<unix user>, … */
    const char *subject; /* whom it is about: user.added, session.refused */
    const char *roles;   /* "releaser,approver" */
    const char *reason;  /* free text: break-glass, rejection, why refused */
    enum entry_hours office_hours;
    const char *incident; /* marker */
    const char *alert;    /* LOE-7K3Q9F-1 */
    const char *kind;     /* alert_kind_name() */
    const char *status;   /* alert_status_name() */
    const char *drill;    /* drill id */
    const char *delivery; /* delivery id */
    const char *channel;  /* channel_id_name() */
    const char *stream;   /* "actual/08336050" */
    int64_t epoch;
    int64_t seq;
    const char *from; /* state names */
    const char *to;
    const char *outcome; /* outcome_name() */
    const char *remote_id;
    const char *template_id;
    int64_t version;
    int64_t seconds;    /* clock.jumped; may be negative there */
    const char *sha256; /* hex, or "sha256:" and hex */
};

/* Adds a leaf inside the caller's transaction and gives its index (0, 1, 2,
 * …). A failing statement is told by store_commit(). */
int64_t log_append(struct store *s, const struct log_entry *entry);

/* The first entry that is not as it was written; index -1 when none. */
struct log_damage {
    int64_t index;
    char why[ERR_MESSAGE_MAX]; /* German, names the entry */
};

/* Loads the tree and holds it against every stored checkpoint (whose newest
 * one must bear log_key's signature, NULL: not asked). Once, right after
 * store_open(), outside a transaction. Damage is reported, not refused: the
 * service must go on sending and appending, but it never again signs a
 * checkpoint over a history that contradicts an earlier one. (Without this
 * call the first log_append() loads the tree without the check.) */
void log_open(struct store *s, const struct key_public *log_key,
              struct log_damage *damage);

/* The committed tree. */
int64_t log_size(struct store *s);
struct digest log_root(struct store *s);

/* One entry as stored; borrowed until the callback returns. actor, subject
 * and reason are readable again, "" when absent or forgotten. */
struct log_row {
    int64_t index;
    const char *entry;
    const char *actor;
    const char *subject;
    const char *reason;
};

/* False stops the reading. */
typedef bool (*log_row_cb)(void *data, const struct log_row *row);

/* Calls cb for at most n entries from index `from` on, in order, before it
 * returns. cb must not write to the store. */
void log_read(struct store *s, int64_t from, int64_t n, log_row_cb cb,
              void *data);

/* Hashes of the tile levels, for tiles and proofs; valid while s is. */
struct merkle_source log_source(struct store *s);

/* What the website publishes of the log under its newest signed checkpoint
 * (contract 5), appended to *list: tiles that a log of `since` entries had
 * not, w/<marker>/beleg.json for every incident with an alert released since
 * then (rehearsals have none), audit/key, then audit/checkpoint: whoever
 * reads it finds all it speaks of. Last, removals (len 0) of partial tiles
 * that only checkpoints before the newest PUBLISH_KEPT_SIZES had: without
 * them every second would leave a file for ever. Nothing when the newest
 * checkpoint is not above `since`. Gives the size published: the next call's
 * `since`, once the files are in place. */
int64_t log_publish(struct store *s, const struct key_public *log_key,
                    int64_t since, struct publish_items *list);

/* The text of one entry, the caller's to free(); NULL when there is none. */
char *log_entry_text(struct store *s, int64_t index);

/* The database's file, for log_check_file() in a worker; lives with s. */
const char *log_path(struct store *s);

/* Forgets the salts and texts of names and reasons of entries older than
 * before_ms; the log stays valid. Inside a transaction. */
void log_forget_names(struct store *s, int64_t before_ms);

/* D9. Milliseconds until a checkpoint should be signed: 0 now, -1 never (the
 * newest one covers the log, or the log is damaged). At most one a second. */
int64_t log_checkpoint_wait_ms(struct store *s);

/* Signs size and root with the log's key and stores the note in a transaction
 * of its own, outside any other. origin is the key's name. Publish only after
 * ERR_OK, what log_checkpoint_load() gives. Codes of store_commit();
 * ERR_CORRUPT when the log is damaged. */
enum err_code log_checkpoint_sign(struct store *s, const struct key_pair *key,
                                  struct err *e);

/* The newest signed checkpoint's text, the caller's to free(), and its size;
 * NULL and 0 when there is none. */
char *log_checkpoint_load(struct store *s, int64_t *size);

#endif
