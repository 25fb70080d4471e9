/* Objects as the Graph API shows them: fields that were asked for, lists
 * newest first with cursors. For this folder. */
#ifndef DRILLS_SHADOW_VIEW_H
#define DRILLS_SHADOW_VIEW_H

#include "drills/shadow/call.h"

/* Which objects a list holds. */
struct view_list {
    enum shadow_kind kind;
    bool is_published;
    const char *parent; /* comments: of this object; else NULL */
    const char *fields; /* when none are asked for */
};

/* Answers with the object's fields: those of the parameter "fields", else
 * `without`. An unknown field is an error. */
void view_answer_object(struct call *c, const struct shadow_object *o,
                        const char *without);

/* Answers with a list, by since, until, limit and after. */
void view_answer_list(struct call *c, const struct view_list *list);

/* Answers about the page or profile itself. */
void view_answer_target(struct call *c);

/* Where people find it: a page of the shadow's own. */
void view_permalink(const struct call *c, const struct shadow_object *o,
                    char *out, size_t size);

#endif
