/* The program that dies on command: linked around the real rooms with the
 * linker's --wrap, so that the product has no seam for it. TUERMER_KILL names
 * a durable point of architecture.md and a side, "D3:before"; the process
 * kills itself with SIGKILL at that side of the first commit that holds such
 * a point, once the file TUERMER_KILL_ARM exists (which it removes). */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/base/err.h"
#include "service/model/alert.h"
#include "service/model/delivery.h"
#include "service/store/display.h"

struct store;

enum {
    POINT_D1 = 1,
    POINT_D2,
    POINT_D3,
    POINT_D4,
    POINT_D5,
    POINT_D6,
    POINT_D7
};

/* Bits of the points that the open transaction holds. */
static unsigned points;

static bool kill_is_wanted(int point, const char *side)
{
    const char *wish = getenv("TUERMER_KILL");
    const char *arm = getenv("TUERMER_KILL_ARM");
    char name[32];
    (void)snprintf(name, sizeof(name), "D%d:%s", point, side);
    return wish != NULL && arm != NULL && strcmp(wish, name) == 0 &&
           unlink(arm) == 0;
}

static void kill_if_wanted(int point, const char *side)
{
    if (kill_is_wanted(point, side)) {
        (void)kill(getpid(), SIGKILL);
        (void)pause();
    }
}

static void kill_at(unsigned held, const char *side)
{
    for (int point = POINT_D1; point <= POINT_D7; point++) {
        if ((held >> point & 1U) != 0) {
            kill_if_wanted(point, side);
        }
    }
}

/* NOLINTBEGIN(readability-identifier-naming): what --wrap calls them */

enum err_code __real_store_commit(struct store *s, struct err *e);
enum err_code __wrap_store_commit(struct store *s, struct err *e);
enum err_code __wrap_store_commit(struct store *s, struct err *e)
{
    unsigned held = points;
    points = 0;
    kill_at(held, "before");
    enum err_code code = __real_store_commit(s, e);
    kill_at(held, "after");
    return code;
}

void __real_alert_save_release(struct store *s, const char *id,
                               const char *approved_by, int64_t at_ms,
                               int64_t leaf);
void __wrap_alert_save_release(struct store *s, const char *id,
                               const char *approved_by, int64_t at_ms,
                               int64_t leaf);
void __wrap_alert_save_release(struct store *s, const char *id,
                               const char *approved_by, int64_t at_ms,
                               int64_t leaf)
{
    points |= 1U << POINT_D1;
    __real_alert_save_release(s, id, approved_by, at_ms, leaf);
}

void __real_attempt_insert(struct store *s, const struct delivery *d);
void __wrap_attempt_insert(struct store *s, const struct delivery *d);
void __wrap_attempt_insert(struct store *s, const struct delivery *d)
{
    points |= 1U << POINT_D2;
    __real_attempt_insert(s, d);
}

void __real_attempt_save_end(struct store *s, const struct delivery *d,
                             int64_t ended_at_ms);
void __wrap_attempt_save_end(struct store *s, const struct delivery *d,
                             int64_t ended_at_ms);
void __wrap_attempt_save_end(struct store *s, const struct delivery *d,
                             int64_t ended_at_ms)
{
    points |= 1U << POINT_D3;
    __real_attempt_save_end(s, d, ended_at_ms);
}

void __real_delivery_save(struct store *s, const struct delivery *d);
void __wrap_delivery_save(struct store *s, const struct delivery *d);
void __wrap_delivery_save(struct store *s, const struct delivery *d)
{
    if (d->state == DELIVERY_SENDING && d->container_id[0] != '\0') {
        points |= 1U << POINT_D4;
    }
    __real_delivery_save(s, d);
}

void __real_display_stream_save(struct store *s,
                                const struct display_stream *st);
void __wrap_display_stream_save(struct store *s,
                                const struct display_stream *st);
void __wrap_display_stream_save(struct store *s,
                                const struct display_stream *st)
{
    points |= 1U << POINT_D5;
    __real_display_stream_save(s, st);
}

/* The row that follows the files: both sides lie behind the renames. */
void __real_site_save(struct store *s, const char *realm, const char *digest,
                      int64_t at_ms);
void __wrap_site_save(struct store *s, const char *realm, const char *digest,
                      int64_t at_ms);
void __wrap_site_save(struct store *s, const char *realm, const char *digest,
                      int64_t at_ms)
{
    points |= 1U << POINT_D6;
    __real_site_save(s, realm, digest, at_ms);
}

void __real_drill_slot_insert(struct store *s, const char *drill_id,
                              int64_t slot_ms, const char *alert_id);
void __wrap_drill_slot_insert(struct store *s, const char *drill_id,
                              int64_t slot_ms, const char *alert_id);
void __wrap_drill_slot_insert(struct store *s, const char *drill_id,
                              int64_t slot_ms, const char *alert_id)
{
    points |= 1U << POINT_D7;
    __real_drill_slot_insert(s, drill_id, slot_ms, alert_id);
}

/* The rename itself is one more place of D6. */
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    if (strstr(to, "/w/") != NULL) {
        kill_if_wanted(POINT_D6, "before-rename");
    }
    int rv = __real_rename(from, to);
    if (strstr(to, "/w/") != NULL) {
        kill_if_wanted(POINT_D6, "after-rename");
    }
    return rv;
}

/* NOLINTEND(readability-identifier-naming) */
