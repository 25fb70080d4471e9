/* The public website (contract 5) as bytes: what is true now becomes a set of
 * files. Pure: the same states and configuration give the same bytes, so that
 * the publisher writes only what changed; nothing in a file says "now".
 * Pages and CAP files of an incident that is not `changed` are left out: they
 * are on disk already.
 *
 * Files have names below the site's root. Their links are relative: the same
 * bytes work at a host's root, under /rehearsal/ and from a folder. */
#ifndef CHANNELS_WEBSITE_SITE_H
#define CHANNELS_WEBSITE_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channels/channel.h"
#include "service/base/err.h"
#include "service/model/state.h"

/* A text about an area by its AGS, or NULL; it outlives site_compose(). */
typedef const char *(*site_area_cb)(void *data, const char *ags);

/* Borrowed while site_compose() runs. Texts may be NULL or "". */
struct site_config {
    const char *authority;  /* "Landratsamt Lörrach" */
    const char *sender_id;  /* CAP sender */
    const char *public_url; /* of the site's root, with or without the last
                               slash; rehearsal: …/rehearsal */
    const char *netiquette_url;
    const char *office_hours; /* "Mo-Fr 08:30-17:00" */
    const char *phones;       /* the county's public numbers; first is shown */
    const char *area;         /* AGS of the county */
    site_area_cb area_name;   /* NULL: keys are shown as they are */
    site_area_cb area_ars;    /* its ARS where that is published; may be NULL */
    void *area_data;          /* of both */
    const char *keys;         /* body of /keys; NULL for none */
    bool proofs;              /* /w/<marker>/beleg.json is published too */
    bool demonstration;       /* the band "VORFÜHRUNG" */
    int64_t since_ms;         /* `updated` of a site without any alert yet */
};

/* Owns its names and bytes. */
struct site_items {
    size_t n;
    struct channel_item *items; /* for struct channel_request */
    struct site_file *files;    /* what the items borrow from */
};

/* Turns the states of one site into its files. Public site: the actual and
 * the exercise state; rehearsal site: the rehearsal state alone. At most one
 * state per stream. Exercises appear marked, below everything real.
 * On success *out is the caller's to site_items_fini(). ERR_LIMIT when a file
 * would pass LIMIT_SITE_FILE_BYTES. */
enum err_code site_compose(const struct state *const *states, size_t n_states,
                           const struct site_config *config,
                           struct site_items *out, struct err *e);

void site_items_fini(struct site_items *items);

/* The item of that name, or NULL. */
const struct channel_item *site_items_find(const struct site_items *items,
                                           const char *name);

/* The path at which a file is served: "index.html" is "/", "en/index.html"
 * "/en/", "w/LOE-7K3Q9F.html" "/w/LOE-7K3Q9F", all others their own name
 * behind "/". False when it does not fit. */
bool site_path(const char *name, char *out, size_t out_max);

/* The media type of a file, by its name; never NULL. */
const char *site_media_type(const char *name);

#endif
