#include "service/config/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"

#define TABLE_AT(field) offsetof(struct config, field)

const struct table_section table_sections[TABLE_SECTIONS] = {
    {"service", TABLE_NONE},
    {"console", TABLE_NONE},
    {"website", (long)TABLE_AT(website_on)},
    {"facebook", (long)TABLE_AT(facebook_on)},
    {"instagram", (long)TABLE_AT(instagram_on)},
    {"displays", (long)TABLE_AT(displays_on)},
    {"masterdata", TABLE_NONE},
    {"mail", (long)TABLE_AT(mail_on)},
    {"shadow", TABLE_NONE},
};

#define TABLE_KEY(section, name, form, field, otherwise)      \
    {                                                         \
        section, name, form, TABLE_AT(field),                 \
            sizeof(((struct config *)NULL)->field), otherwise \
    }

#define TABLE_GRAPH_URL "https://graph.facebook.com/v26.0"

const struct table_key table_keys[TABLE_KEYS] = {
    TABLE_KEY("service", "state_dir", VALUE_PATH, state_dir,
              "/var/lib/tuermer"),
    TABLE_KEY("service", "authority", VALUE_TEXT, authority, NULL),
    TABLE_KEY("service", "sender_id", VALUE_MAIL, sender_id, NULL),
    TABLE_KEY("service", "marker_prefix", VALUE_PREFIX, marker_prefix, NULL),
    TABLE_KEY("service", "area", VALUE_COUNTY, area, NULL),
    TABLE_KEY("service", "timezone", VALUE_TIMEZONE, timezone, "Europe/Berlin"),
    TABLE_KEY("service", "office_hours", VALUE_HOURS, office_hours,
              "Mo-Fr 08:30-17:00"),
    TABLE_KEY("service", "socket", VALUE_SOCKET, socket,
              "/run/tuermer/tuermer.sock"),
    TABLE_KEY("service", "demonstration", VALUE_YES_NO, demonstration, "no"),

    TABLE_KEY("console", "public_url", VALUE_ORIGIN, console_public_url, ""),
    TABLE_KEY("console", "listen", VALUE_LISTEN, console_listen,
              "127.0.0.1:8443"),
    TABLE_KEY("console", "tls_cert", VALUE_PATH, console_tls_cert, ""),
    TABLE_KEY("console", "tls_key", VALUE_PATH, console_tls_key, ""),
    TABLE_KEY("console", "trusted_proxy", VALUE_ADDRESS, console_trusted_proxy,
              ""),
    TABLE_KEY("console", "step_up_minutes", VALUE_MINUTES, step_up_minutes,
              "15"),

    TABLE_KEY("website", "listen", VALUE_LISTEN, website_listen,
              "127.0.0.1:8080"),
    TABLE_KEY("website", "public_url", VALUE_ORIGIN, website_public_url, ""),
    TABLE_KEY("website", "directory", VALUE_PATH, website_directory, ""),
    TABLE_KEY("website", "netiquette_url", VALUE_URL, netiquette_url, ""),

    TABLE_KEY("facebook", "graph_url", VALUE_URL, facebook_graph_url,
              TABLE_GRAPH_URL),
    TABLE_KEY("facebook", "page_id", VALUE_ID, facebook_page_id, NULL),
    TABLE_KEY("facebook", "token_file", VALUE_PATH, facebook_token_file, NULL),
    TABLE_KEY("facebook", "app_id", VALUE_ID, facebook_app_id, ""),
    TABLE_KEY("facebook", "app_secret_file", VALUE_PATH,
              facebook_app_secret_file, ""),

    TABLE_KEY("instagram", "graph_url", VALUE_URL, instagram_graph_url,
              TABLE_GRAPH_URL),
    TABLE_KEY("instagram", "user_id", VALUE_ID, instagram_user_id, NULL),
    TABLE_KEY("instagram", "token_file", VALUE_PATH, instagram_token_file,
              NULL),
    TABLE_KEY("instagram", "app_secret_file", VALUE_PATH,
              instagram_app_secret_file, ""),

    TABLE_KEY("displays", "broker", VALUE_BROKER, displays_broker, NULL),
    TABLE_KEY("displays", "username", VALUE_TEXT, displays_username, ""),
    TABLE_KEY("displays", "password_file", VALUE_PATH, displays_password_file,
              ""),
    TABLE_KEY("displays", "ca_file", VALUE_PATH, displays_ca_file, ""),
    TABLE_KEY("displays", "topic_prefix", VALUE_TOPIC, displays_topic_prefix,
              "tuermer/v1"),

    TABLE_KEY("masterdata", "phones", VALUE_LIST, phones, ""),
    TABLE_KEY("masterdata", "url_hosts", VALUE_LIST, url_hosts, ""),

    TABLE_KEY("mail", "smtp_url", VALUE_SMTP, mail_smtp_url, NULL),
    TABLE_KEY("mail", "from", VALUE_MAIL, mail_from, NULL),
    TABLE_KEY("mail", "to", VALUE_MAIL, mail_to, NULL),
    TABLE_KEY("mail", "username", VALUE_TEXT, mail_username, ""),
    TABLE_KEY("mail", "password_file", VALUE_PATH, mail_password_file, ""),

    TABLE_KEY("shadow", "listen", VALUE_LISTEN, shadow_listen,
              "127.0.0.1:8090"),
};

size_t table_find_section(const char *name, size_t len)
{
    size_t i = 0;
    while (i < TABLE_SECTIONS &&
           (strlen(table_sections[i].name) != len ||
            memcmp(table_sections[i].name, name, len) != 0)) {
        i++;
    }
    return i;
}

size_t table_find(const char *section, const char *name)
{
    size_t i = 0;
    while (i < TABLE_KEYS && (strcmp(table_keys[i].section, section) != 0 ||
                              strcmp(table_keys[i].name, name) != 0)) {
        i++;
    }
    return i;
}

const char *table_append(const struct table_key *key, char *field,
                         const char *value)
{
    size_t len = strlen(field);
    if (key->form != VALUE_LIST) {
        return "eingerückte Zeile; dieser Schlüssel hat nur eine Zeile";
    }
    if (len + 1 + strlen(value) >= key->size) {
        return "Wert ist zu lang";
    }
    (void)snprintf(field + len, key->size - len, " %s", value);
    return NULL;
}

const char *table_set(struct config *c, const struct table_key *key,
                      const char *value)
{
    char *field = (char *)c + key->at;
    const char *wrong = value_check(key->form, value);
    if (wrong != NULL && key->form != VALUE_LIST) {
        return wrong; /* a list is looked at when it is whole */
    }
    if (key->form == VALUE_YES_NO) {
        *(bool *)(void *)field = strcmp(value, "yes") == 0;
        return NULL;
    }
    if (key->form == VALUE_MINUTES) {
        *(int *)(void *)field = (int)strtol(value, NULL, 10);
        return NULL;
    }
    if (strlen(value) >= key->size) {
        return "Wert ist zu lang";
    }
    mem_copy_text(field, key->size, value);
    size_t len = strlen(field);
    if ((key->form == VALUE_ORIGIN || key->form == VALUE_URL) && len > 0 &&
        field[len - 1] == '/') {
        field[len - 1] = '\0'; /* paths are appended with their own */
    }
    return NULL;
}

void table_defaults(struct config *c)
{
    memset(c, 0, sizeof(*c));
    for (size_t i = 0; i < TABLE_KEYS; i++) {
        if (table_keys[i].otherwise != NULL &&
            table_keys[i].otherwise[0] != '\0') {
            (void)table_set(c, &table_keys[i], table_keys[i].otherwise);
        }
    }
}
