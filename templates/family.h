/* A template family: the approved texts of all kinds of messages about one
 * kind of event, in every language, with their typed parameters. Read from
 * one self-contained JSON file (follow-ups and frame inlined by inline.h;
 * schema: family.schema.json), so that one hash pins everything that can be
 * sent. A struct family is never changed after parsing; it may be read from
 * several threads. */
#ifndef TEMPLATES_FAMILY_H
#define TEMPLATES_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/digest.h"
#include "service/base/err.h"
#include "service/base/limits.h"
#include "service/model/alert.h"
#include "service/model/content.h"
#include "service/model/words.h"
#include "templates/language.h"

struct places;

enum {
    FAMILY_PARAMETERS_MAX = 32,
    FAMILY_VALUES_MAX = 24, /* of an enum */
    FAMILY_FIELDS_MAX = 4,  /* of a list's objects */
    FAMILY_CONSTANTS_MAX = 8,
    FAMILY_PRECONDITIONS_MAX = 8,
    FAMILY_HASHTAGS_MAX = 3,
    FAMILY_ROLES_MAX = 8,
};

/* The types of contract 4, "Templates". */
enum parameter_type {
    PARAMETER_TEXT,
    PARAMETER_PHONE,
    PARAMETER_URL,
    PARAMETER_INT,
    PARAMETER_DATETIME,
    PARAMETER_TIME,
    PARAMETER_ENUM,
    PARAMETER_ENUM_MULTI,
    PARAMETER_LIST,
};

const char *parameter_type_name(enum parameter_type type);

/* All texts of the structs below are owned by the family and never NULL ("")
 * unless the comment says so. */
struct family_value {
    char *value;             /* what the API takes */
    char *label;             /* what people choose from */
    char *text[N_LANGUAGES]; /* what is put in; NULL: not translated */
};

struct family_field { /* of the objects in a list */
    char *name;
    char *label;
    int max_len;
};

struct family_parameter {
    char *name;
    char *label;
    char *hint;
    char *pattern;       /* POSIX extended regular expression, or "" */
    char *default_value; /* as the API takes it, or "" */
    char *unit;          /* of an int, put behind it: "m" */
    char *after;         /* datetime: must be later than that parameter */
    enum parameter_type type;
    bool required;
    bool municipalities; /* enum_multi of AGS (`gemeinden`) */
    bool place;          /* a place name, the same in every language */
    bool sentence;       /* gets its full stop when it has none */
    bool inherit;        /* follow-ups take the incident's value */
    bool future;         /* datetime: later than now */
    int within_h;        /* datetime: at most so far from now (or from
                            `after`); 0 for no limit */
    int64_t min;         /* int: value; enum_multi, list: count */
    int64_t max;         /* 0 with min 0: no limit */
    int64_t step;        /* int; 0: none */
    int max_len;         /* code points once put in; 0: by type */
    size_t n_values;
    struct family_value *values; /* enum, enum_multi */
    size_t n_fields;
    struct family_field fields[FAMILY_FIELDS_MAX]; /* list */
};

/* A text of the family itself with a name of its own ({nachsorge}). */
struct family_constant {
    char *name;
    char *text[N_LANGUAGES]; /* NULL: not translated */
};

struct family_section {
    char *heading;
    char *text;
    enum section_role role;
};

/* The texts of one kind in one language, with {placeholders}. Only German has
 * the posts and the card. */
struct family_texts {
    bool present;
    char *headline;
    size_t n_display;
    char *display[LIMIT_DISPLAY_PAGES];
    size_t n_sections;
    struct family_section sections[LIMIT_SECTIONS];
    char *facebook;
    char *instagram;
    char *alt_text;
    char *card_headline;
    char *card_body;
};

struct family_precondition {
    char *id;
    char *label;
    bool required;
};

struct family_kind {
    bool present;
    char *title;   /* "Aktualisierung" */
    int approvals; /* other releasers who must agree: 0 or 1 */
    bool break_glass;
    size_t n_parameters;
    size_t parameters[FAMILY_PARAMETERS_MAX]; /* into family.parameters */
    size_t n_preconditions;
    struct family_precondition preconditions[FAMILY_PRECONDITIONS_MAX];
    size_t n_hashtags;
    char *hashtags[FAMILY_HASHTAGS_MAX];
    /* CAP 1.2 <info>; words separated by spaces */
    char *urgency;
    char *certainty;
    char *response;
    struct family_texts texts[N_LANGUAGES];
};

/* What the frame adds to every post, approved with the family. */
struct family_frame {
    char *link;                /* "Immer aktuell: {link}" */
    char *link_short;          /* Instagram: "Alle Einzelheiten: {link_kurz}" */
    char *replies_open;        /* within office hours */
    char *replies_closed;      /* outside them */
    char *netiquette;          /* "Netiquette: {netiquette}" */
    char *county[N_LANGUAGES]; /* "gesamter Landkreis Lörrach" */
    char *others[N_LANGUAGES]; /* "und weitere" */
    char *except[N_LANGUAGES]; /* "außer" */
    char *german[N_LANGUAGES]; /* "(in German)", behind free text; "" for de */
    char *line[N_LANGUAGES];   /* "English: {headline} {link}"; "": no line */
};

struct family {
    char id[TEMPLATE_ID_MAX];
    char hash[DIGEST_NAMED_MAX]; /* of the bytes it was parsed from */
    char *title;
    char *event[N_LANGUAGES]; /* {ursprung_titel}; NULL: not translated */
    char *bbk;                /* event code, or "" */
    char *category;           /* CAP, words separated by spaces */
    char *review_until;       /* "2027-06-30" */
    int level;                /* 1 to 3, unless `stufe` sets it */
    int expires_h;            /* 0: at the parameter `ende` */
    bool public_drill;
    size_t n_who;
    char *who[FAMILY_ROLES_MAX]; /* shown, not enforced */
    size_t n_parameters;
    struct family_parameter parameters[FAMILY_PARAMETERS_MAX];
    size_t n_constants;
    struct family_constant constants[FAMILY_CONSTANTS_MAX];
    struct family_frame frame;
    struct family_kind kinds[N_KINDS]; /* by enum alert_kind */
};

/* Reads a self-contained family: bounded, duplicate and unknown keys refused,
 * every placeholder known. The message of *e names the place
 * ("kinds.alert.texts.de.facebook: ..."). On success *out is the caller's to
 * family_free(). ERR_INVALID, ERR_LIMIT. */
enum err_code family_parse(const char *json, size_t len, struct family **out,
                           struct err *e);

void family_free(struct family *f);

/* The parameter of that name, or NULL. */
const struct family_parameter *family_find_parameter(const struct family *f,
                                                     const char *name);

/* The kind, or NULL when the family has none. */
const struct family_kind *family_find_kind(const struct family *f,
                                           enum alert_kind kind);

/* The object of GET /templates/{id} (contract 4, "Templates") for an approved
 * version; the caller's to free(). `phones` as in parameters.h; `places` are
 * the values of `gemeinden`. */
char *family_describe(const struct family *f, int version,
                      const struct places *places, const char *phones);

#endif
