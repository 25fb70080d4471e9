/* The configuration file (contract 3): strict INI, read once at start. A key
 * or section that is not known, a key given twice or a value of the wrong
 * form is an error that names file, line and key; nothing is guessed. Secrets
 * are not in here, only the paths of their files; config_secret() reads one.
 *
 * Texts are "" when a key is optional and absent. A channel whose section is
 * absent is off. */
#ifndef SERVICE_CONFIG_CONFIG_H
#define SERVICE_CONFIG_CONFIG_H

#include <stdbool.h>

#include "service/base/err.h"
#include "service/config/value.h"

struct config {
    /* [service] */
    char state_dir[CONFIG_PATH_MAX];       /* /var/lib/tuermer */
    char authority[CONFIG_TEXT_MAX];       /* required */
    char sender_id[CONFIG_TEXT_MAX];       /* required */
    char marker_prefix[CONFIG_PREFIX_MAX]; /* required: LOE */
    char area[CONFIG_AGS_MAX];             /* required: 08336 */
    char timezone[CONFIG_TEXT_MAX];        /* Europe/Berlin */
    char office_hours[CONFIG_TEXT_MAX];    /* Mo-Fr 08:30-17:00, as text */
    char socket[CONFIG_SOCKET_MAX];        /* /run/tuermer/tuermer.sock */
    bool demonstration;                    /* no */

    /* [console] */
    char console_public_url[CONFIG_TEXT_MAX]; /* of a loopback listener: its
                                                 address; else required */
    char console_listen[CONFIG_TEXT_MAX];     /* 127.0.0.1:8443 */
    char console_tls_cert[CONFIG_PATH_MAX];   /* both or neither; neither only
                                                 with a loopback listener */
    char console_tls_key[CONFIG_PATH_MAX];
    char console_trusted_proxy[CONFIG_TEXT_MAX]; /* an address, or "" */
    int step_up_minutes;                         /* 15 */

    /* [website] */
    bool website_on;
    char website_listen[CONFIG_TEXT_MAX];     /* 127.0.0.1:8080 */
    char website_public_url[CONFIG_TEXT_MAX]; /* as the console's */
    char website_directory[CONFIG_PATH_MAX];  /* <state_dir>/site */
    char netiquette_url[CONFIG_TEXT_MAX];     /* optional */

    /* [facebook] */
    bool facebook_on;
    char facebook_graph_url[CONFIG_TEXT_MAX];  /* graph.facebook.com/v26.0 */
    char facebook_page_id[CONFIG_TEXT_MAX];    /* required */
    char facebook_token_file[CONFIG_PATH_MAX]; /* required */
    char facebook_app_id[CONFIG_TEXT_MAX];     /* optional */
    char facebook_app_secret_file[CONFIG_PATH_MAX]; /* optional */

    /* [instagram] */
    bool instagram_on;
    char instagram_graph_url[CONFIG_TEXT_MAX];
    char instagram_user_id[CONFIG_TEXT_MAX];         /* required */
    char instagram_token_file[CONFIG_PATH_MAX];      /* required */
    char instagram_app_secret_file[CONFIG_PATH_MAX]; /* optional */

    /* [displays] */
    bool displays_on;
    char displays_broker[CONFIG_TEXT_MAX];   /* required: mqtts://host:port */
    char displays_username[CONFIG_TEXT_MAX]; /* with password_file, or not */
    char displays_password_file[CONFIG_PATH_MAX];
    char displays_ca_file[CONFIG_PATH_MAX];      /* optional */
    char displays_topic_prefix[CONFIG_TEXT_MAX]; /* tuermer/v1 */

    /* [masterdata] */
    char phones[CONFIG_LIST_MAX];    /* comma-separated; "" none */
    char url_hosts[CONFIG_LIST_MAX]; /* comma-separated; "" none */

    /* [mail] */
    bool mail_on;
    char mail_smtp_url[CONFIG_TEXT_MAX]; /* required */
    char mail_from[CONFIG_TEXT_MAX];     /* required */
    char mail_to[CONFIG_TEXT_MAX];       /* required */
    char mail_username[CONFIG_TEXT_MAX]; /* with password_file, or not */
    char mail_password_file[CONFIG_PATH_MAX];

    /* [shadow] */
    char shadow_listen[CONFIG_TEXT_MAX]; /* 127.0.0.1:8090 */
};

/* Reads `path` into *c, which is filled with the defaults first. ERR_INVALID
 * with a message "FILE:LINE: [section] key: what is wrong" (German); ERR_IO
 * or ERR_NOT_FOUND when the file cannot be read. Any error is exit 78. Looks
 * at no other file. */
enum err_code config_load(const char *path, struct config *c, struct err *e);

/* Asks for every credential file that *c names (and the TLS key): it exists,
 * holds a line and only its owner may read it. ERR_DENIED, ERR_NOT_FOUND,
 * ERR_IO, ERR_INVALID name key and file. */
enum err_code config_check_files(const struct config *c, struct err *e);

/* The first line of a credential file without its line end. ERR_DENIED when
 * others than its owner may read it. The caller overwrites out after use
 * (sodium_memzero). */
enum err_code config_secret(const char *path, char out[CONFIG_SECRET_MAX],
                            struct err *e);

/* "HOST" or "HOST:PORT" of an address like https://HOST:PORT/path, as key
 * names and the audit origin use it; false when url is none or out too
 * small. */
bool config_url_host(const char *url, char out[CONFIG_TEXT_MAX]);

/* The `<host>` of display keys and of the audit log's default origin: that of
 * the website's public_url, else of the console's. */
void config_public_host(const struct config *c, char out[CONFIG_TEXT_MAX]);

#endif
