/* The forms that values of the configuration may have. Pure, but for the
 * time zone, which must be one that this machine knows. */
#ifndef SERVICE_CONFIG_VALUE_H
#define SERVICE_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>

enum {
    CONFIG_TEXT_MAX = 256,   /* names, addresses of hosts */
    CONFIG_PATH_MAX = 512,   /* files and folders */
    CONFIG_LIST_MAX = 1024,  /* comma-separated lists, kept as text */
    CONFIG_SECRET_MAX = 512, /* first line of a credential file */
    CONFIG_AGS_MAX = 9,
    CONFIG_PREFIX_MAX = 9,
    CONFIG_SOCKET_MAX = 108, /* sockaddr_un */
};

enum value_form {
    VALUE_TEXT,     /* one line of UTF-8 without control characters */
    VALUE_PATH,     /* absolute */
    VALUE_SOCKET,   /* absolute, short enough for sockaddr_un */
    VALUE_COUNTY,   /* AGS of a county: five digits */
    VALUE_PREFIX,   /* two to eight of A-Z 0-9 */
    VALUE_TIMEZONE, /* known in /usr/share/zoneinfo */
    VALUE_HOURS,    /* Mo-Fr 08:30-17:00[, Sa 09:00-12:00] */
    VALUE_YES_NO,
    VALUE_MINUTES, /* 1 to 480 */
    VALUE_LISTEN,  /* HOST:PORT, [IPV6]:PORT */
    VALUE_ADDRESS, /* an IP address */
    VALUE_ORIGIN,  /* https://host[:port]; http only for loopback */
    VALUE_URL,     /* https://host[:port][/path]; http only for loopback */
    VALUE_BROKER,  /* mqtts://host[:port]; mqtt only for loopback */
    VALUE_SMTP,    /* smtps://host[:port]; smtp only for loopback */
    VALUE_ID,      /* letters, digits, underscore: Meta's ids */
    VALUE_MAIL,    /* name@host; no blank, comma, < or & (CAP 1.2 3.2.1) */
    VALUE_TOPIC,   /* an MQTT topic without wildcards */
    VALUE_LIST,    /* comma-separated, no empty item */
};

/* NULL when text has the form, else what is wanted, in German. */
const char *value_check(enum value_form form, const char *text);

/* The host of "scheme://host[:port]…" or of "host:port", brackets of an IPv6
 * address taken off; false when there is none or it does not fit. */
bool value_host(const char *text, char *out, size_t size);

/* True for host names and addresses of this machine only: localhost,
 * 127.0.0.0/8, ::1 (in brackets or not). */
bool value_is_loopback(const char *host);

#endif
