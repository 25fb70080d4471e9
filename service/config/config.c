#include "service/config/config.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/file.h"
#include "service/config/table.h"

enum { CONFIG_FILE_MAX = 64 * 1024 };

/* A file being read: libinih asks for it line by line, so that the number of
 * the line is known when it calls back. */
struct config_reader {
    struct config *config;
    struct err *e;
    const char *path;
    const char *rest; /* of the text */
    int line;
    bool continued; /* the line began with a blank */
    int section_line[TABLE_SECTIONS];
    int key_line[TABLE_KEYS]; /* 0: not given */
};

/* The first complaint stays. */
static void config_complain(struct config_reader *r, int line,
                            const char *section, const char *name,
                            const char *what)
{
    size_t len = strlen(r->path);
    const char *path = len > 72 ? r->path + len - 72 : r->path;
    if (r->e->code != ERR_OK) {
        return;
    }
    line = line < 1 ? 1 : line; /* a section that is not there */
    if (name == NULL) {
        (void)err_set(r->e, ERR_INVALID, "%s:%d: [%.24s]: %s", path, line,
                      section, what);
        return;
    }
    (void)err_set(r->e, ERR_INVALID, "%s:%d: [%.12s] %.24s: %s", path, line,
                  section, name, what);
}

/* libinih calls nobody for a section without keys, so it is seen here. */
static void config_note_section(struct config_reader *r, const char *line)
{
    const char *name = line + strspn(line, " \t");
    if (*name != '[') {
        return;
    }
    name++;
    size_t len = strcspn(name, "]");
    if (name[len] != ']') {
        return; /* libinih complains */
    }
    size_t i = table_find_section(name, len);
    char shown[25];
    (void)snprintf(shown, sizeof(shown), "%.*s", (int)(len < 24 ? len : 24),
                   name);
    if (i == TABLE_SECTIONS) {
        config_complain(r, r->line, shown, NULL, "unbekannter Abschnitt");
        return;
    }
    if (r->section_line[i] != 0) {
        config_complain(r, r->line, shown, NULL, "Abschnitt steht zweimal");
        return;
    }
    r->section_line[i] = r->line;
    if (table_sections[i].on != TABLE_NONE) {
        *(bool *)(void *)((char *)r->config + table_sections[i].on) = true;
    }
}

/* fgets() for libinih: one line a call, so that lines are counted. */
static char *config_next_line(char *out, int size, void *stream)
{
    struct config_reader *r = stream;
    size_t len = strcspn(r->rest, "\n");
    if (*r->rest == '\0') {
        return NULL;
    }
    r->line++;
    size_t take = len;
    if (len + 2 > (size_t)size) {
        config_complain(r, r->line, "Datei", NULL,
                        "Zeile zu lang; Listen dürfen eingerückt weitergehen");
        take = 0;
    }
    memcpy(out, r->rest, take);
    out[take] = '\0';
    r->continued = out[0] == ' ' || out[0] == '\t';
    config_note_section(r, out);
    r->rest += len;
    if (*r->rest == '\n') {
        r->rest++;
    }
    return out;
}

static int config_take(void *data, const char *section, const char *name,
                       const char *value)
{
    struct config_reader *r = data;
    size_t i = table_find(section, name);
    const char *wrong = NULL;
    if (i == TABLE_KEYS) {
        config_complain(r, r->line, section, name,
                        section[0] == '\0' ? "steht vor dem ersten Abschnitt"
                                           : "unbekannter Schlüssel");
        return 1;
    }
    const struct table_key *key = &table_keys[i];
    if (r->key_line[i] == 0) {
        r->key_line[i] = r->line;
        wrong = table_set(r->config, key, value);
    } else if (r->continued) {
        wrong = table_append(key, (char *)r->config + key->at, value);
    } else {
        wrong = "Schlüssel steht zweimal";
    }
    if (wrong != NULL) {
        config_complain(r, r->line, section, name, wrong);
    }
    return 1;
}

/* Is the section that `key` belongs to in use? [service] and [console] always
 * are. */
static bool config_section_used(const struct config_reader *r,
                                const char *section)
{
    size_t i = table_find_section(section, strlen(section));
    return table_sections[i].on == TABLE_NONE || r->section_line[i] != 0;
}

static void config_finish_key(struct config_reader *r, size_t i)
{
    const struct table_key *key = &table_keys[i];
    size_t section = table_find_section(key->section, strlen(key->section));
    bool given = r->key_line[i] != 0;
    if (!given && key->otherwise == NULL &&
        config_section_used(r, key->section)) {
        config_complain(r, r->section_line[section], key->section, key->name,
                        "fehlt");
    }
    if (given && key->form == VALUE_LIST) {
        const char *wrong =
            value_check(VALUE_LIST, (const char *)r->config + key->at);
        if (wrong != NULL) {
            config_complain(r, r->key_line[i], key->section, key->name, wrong);
        }
    }
}

static int config_line_of(const struct config_reader *r, const char *section,
                          const char *name)
{
    size_t i = table_find(section, name);
    size_t at = table_find_section(section, strlen(section));
    return r->key_line[i] != 0 ? r->key_line[i] : r->section_line[at];
}

/* Two keys that need each other. */
static void config_pair(struct config_reader *r, const char *section,
                        const char *one, const char *other)
{
    bool has_one = r->key_line[table_find(section, one)] != 0;
    bool has_other = r->key_line[table_find(section, other)] != 0;
    char wrong[64];
    if (has_one != has_other) {
        const char *given = has_one ? one : other;
        (void)snprintf(wrong, sizeof(wrong), "braucht auch %s",
                       has_one ? other : one);
        config_complain(r, config_line_of(r, section, given), section, given,
                        wrong);
    }
}

static bool config_loopback_address(const char *text)
{
    char host[CONFIG_TEXT_MAX];
    return value_host(text, host, sizeof(host)) && value_is_loopback(host);
}

/* public_url of a loopback listener has a safe default: its own address. */
static void config_finish_url(struct config_reader *r, const char *section,
                              const char *listen, const char *scheme,
                              char out[CONFIG_TEXT_MAX])
{
    if (out[0] != '\0') {
        return;
    }
    if (!config_loopback_address(listen)) {
        config_complain(r, config_line_of(r, section, "listen"), section,
                        "public_url", "fehlt");
        return;
    }
    (void)snprintf(out, CONFIG_TEXT_MAX, "%s://%.200s", scheme, listen);
}

static void config_finish_demonstration(struct config_reader *r)
{
    const struct config *c = r->config;
    const struct config_target {
        bool on;
        const char *section;
        const char *name;
        const char *value;
    } targets[] = {
        {c->facebook_on, "facebook", "graph_url", c->facebook_graph_url},
        {c->instagram_on, "instagram", "graph_url", c->instagram_graph_url},
        {c->displays_on, "displays", "broker", c->displays_broker},
    };
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        if (targets[i].on && targets[i].value[0] != '\0' &&
            !config_loopback_address(targets[i].value)) {
            config_complain(
                r, config_line_of(r, targets[i].section, targets[i].name),
                targets[i].section, targets[i].name,
                "demonstration = yes erlaubt nur Loopback");
        }
    }
}

static void config_finish(struct config_reader *r)
{
    struct config *c = r->config;
    for (size_t i = 0; i < TABLE_KEYS; i++) {
        config_finish_key(r, i);
    }
    config_pair(r, "console", "tls_cert", "tls_key");
    config_pair(r, "displays", "username", "password_file");
    config_pair(r, "mail", "username", "password_file");
    if (c->facebook_app_id[0] != '\0') {
        config_pair(r, "facebook", "app_id", "app_secret_file");
    }
    bool tls = c->console_tls_cert[0] != '\0';
    if (!tls && !config_loopback_address(c->console_listen)) {
        config_complain(r, config_line_of(r, "console", "listen"), "console",
                        "listen", "ohne tls_cert und tls_key nur Loopback");
    }
    config_finish_url(r, "console", c->console_listen, tls ? "https" : "http",
                      c->console_public_url);
    if (c->website_on) {
        config_finish_url(r, "website", c->website_listen, "http",
                          c->website_public_url);
    }
    if (c->website_directory[0] == '\0' &&
        (size_t)snprintf(c->website_directory, CONFIG_PATH_MAX, "%s/site",
                         c->state_dir) >= CONFIG_PATH_MAX) {
        config_complain(r, config_line_of(r, "service", "state_dir"), "service",
                        "state_dir", "Wert ist zu lang");
    }
    if (c->demonstration) {
        config_finish_demonstration(r);
    }
}

enum err_code config_load(const char *path, struct config *c, struct err *e)
{
    char *text = NULL;
    size_t len = 0;
    table_defaults(c);
    enum err_code code = file_read(path, CONFIG_FILE_MAX, &text, &len, e);
    if (code != ERR_OK) {
        return err_wrap(e, "Konfiguration");
    }
    *e = (struct err){.code = ERR_OK};
    struct config_reader r = {.config = c, .e = e, .path = path, .rest = text};
    if (strlen(text) != len) {
        config_complain(&r, 1, "Datei", NULL, "enthält ein NUL-Zeichen");
    }
    int line = ini_parse_stream(config_next_line, &r, config_take, &r);
    if (line > 0) {
        config_complain(&r, line, "Datei", NULL,
                        "verlangt [Abschnitt] oder Schlüssel = Wert");
    }
    if (e->code == ERR_OK) {
        config_finish(&r);
    }
    free(text);
    return e->code;
}

bool config_url_host(const char *url, char out[CONFIG_TEXT_MAX])
{
    const char *host = strstr(url, "://");
    out[0] = '\0';
    if (host == NULL) {
        return false;
    }
    host += 3;
    size_t len = strcspn(host, "/?#");
    if (len == 0 || len >= CONFIG_TEXT_MAX) {
        return false;
    }
    memcpy(out, host, len);
    out[len] = '\0';
    return true;
}

void config_public_host(const struct config *c, char out[CONFIG_TEXT_MAX])
{
    (void)config_url_host(
        c->website_on ? c->website_public_url : c->console_public_url, out);
}
