/* One audit entry as a German sentence for people. */
#ifndef SERVICE_API_AUDIT_TEXT_H
#define SERVICE_API_AUDIT_TEXT_H

struct log_row;

/* The sentence, the caller's to free(); never NULL. An unknown type or a text
 * that is no JSON object gives a sentence that says so. */
char *audit_text(const struct log_row *row);

#endif
