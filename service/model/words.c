#include "service/model/words.h"

#include <stddef.h>
#include <string.h>

#define WORDS_TEXT(name, text) (text),

/* NOLINTBEGIN(bugprone-macro-parentheses): the tag names a type */
#define WORDS_DEFINE(tag, LIST)                                  \
    static const char *const tag##_words[] = {LIST(WORDS_TEXT)}; \
    const char *tag##_name(enum tag value)                       \
    {                                                            \
        return tag##_words[value];                               \
    }                                                            \
    bool tag##_parse(const char *text, enum tag *value)          \
    {                                                            \
        size_t n = sizeof(tag##_words) / sizeof(tag##_words[0]); \
        for (size_t i = 0; i < n; i++) {                         \
            if (strcmp(tag##_words[i], text) == 0) {             \
                *value = (enum tag)i;                            \
                return true;                                     \
            }                                                    \
        }                                                        \
        return false;                                            \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

WORDS_DEFINE(alert_status, ALERT_STATUSES)
WORDS_DEFINE(alert_kind, ALERT_KINDS)
WORDS_DEFINE(alert_state, ALERT_STATES)
WORDS_DEFINE(channel_id, CHANNEL_IDS)
WORDS_DEFINE(stream, STREAMS)
WORDS_DEFINE(delivery_state, DELIVERY_STATES)
WORDS_DEFINE(outcome, OUTCOMES)
WORDS_DEFINE(readiness, READINESSES)

bool channel_id_appends(enum channel_id id)
{
    return id == CHANNEL_FACEBOOK || id == CHANNEL_INSTAGRAM;
}
