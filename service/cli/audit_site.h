/* Where `audit verify --site|--url` reads a published or exported log from. */
#ifndef SERVICE_CLI_AUDIT_SITE_H
#define SERVICE_CLI_AUDIT_SITE_H

#include "service/base/err.h"
#include "service/seal/key.h"
#include "service/seal/site.h"

/* Verifies the log under a folder or a URL: an export ("checkpoint" stands
 * right in it) or a website ("audit/checkpoint"). key NULL: the one that is
 * there. Codes of site_verify(); messages in German. */
enum err_code audit_site_verify_folder(const char *folder,
                                       const struct key_public *key,
                                       struct site_verdict *verdict,
                                       struct err *e);

enum err_code audit_site_verify_url(const char *url,
                                    const struct key_public *key,
                                    struct site_verdict *verdict,
                                    struct err *e);

#endif
