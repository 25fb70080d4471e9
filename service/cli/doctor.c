/* `tuermer doctor`: is this installation fit, in plain words? Looks itself at
 * configuration, rights, clock and disk, and asks the service, if it runs,
 * for its channels. Changes nothing. */
#include <errno.h>
#include <jansson.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include "service/base/clock.h"
#include "service/cli/cli.h"
#include "service/cli/nouns.h"
#include "service/seal/keyring.h"

enum {
    DOCTOR_PATH_MAX = CONFIG_PATH_MAX + 32,
    DOCTOR_DETAIL_MAX = 400,
    DOCTOR_FREE_MIB = 500, /* room for a day of alerts and the log */
    DOCTOR_SCARCE_MIB = 50,
    DOCTOR_CHANNELS_MS = 3000,
};

/* 2026-01-01: this program is not older, so the clock cannot be. */
#define DOCTOR_CLOCK_FLOOR_MS INT64_C(1767225600000)

enum doctor_state { DOCTOR_GOOD, DOCTOR_WARNS, DOCTOR_BAD };

struct doctor {
    struct cli *cli;
    const struct config *config;
    json_t *checks;
    enum doctor_state worst;
};

static void doctor_tell(struct doctor *d, const char *name,
                        enum doctor_state state, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void doctor_tell(struct doctor *d, const char *name,
                        enum doctor_state state, const char *format, ...)
{
    static const char *const words[] = {"gut", "Achtung", "FEHLER"};
    static const char *const states[] = {"ok", "warning", "error"};
    char detail[DOCTOR_DETAIL_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(detail, sizeof(detail), format, args);
    va_end(args);
    d->worst = state > d->worst ? state : d->worst;
    if (!d->cli->json) {
        cli_out(d->cli, "%-8s %s: %s\n", words[state], name, detail);
        return;
    }
    json_t *check = json_object();
    (void)json_object_set_new(check, "check", json_string(name));
    (void)json_object_set_new(check, "state", json_string(states[state]));
    (void)json_object_set_new(check, "detail", json_string(detail));
    (void)json_array_append_new(d->checks, check);
}

static void doctor_configuration(struct doctor *d)
{
    struct err e;
    doctor_tell(d, "Konfiguration", DOCTOR_GOOD, "%s ist in Ordnung.",
                d->cli->config_path);
    if (config_check_files(d->config, &e) != ERR_OK) {
        doctor_tell(d, "Zugangsdaten", DOCTOR_BAD, "%s", e.msg);
    } else {
        doctor_tell(d, "Zugangsdaten", DOCTOR_GOOD,
                    "alle Dateien sind da und nur für ihren Besitzer lesbar.");
    }
    if (d->config->demonstration) {
        doctor_tell(d, "Betriebsart", DOCTOR_WARNS,
                    "VORFÜHRUNG: nichts verlässt diesen Rechner.");
    }
}

static void doctor_owner(uid_t uid, char out[64])
{
    const struct passwd *entry = getpwuid(uid);
    if (entry != NULL) {
        (void)snprintf(out, 64, "%s", entry->pw_name);
    } else {
        (void)snprintf(out, 64, "uid %u", (unsigned)uid);
    }
}

/* False: it is not there. */
static bool doctor_folder(struct doctor *d, const char *path)
{
    struct stat info;
    char owner[64];
    if (stat(path, &info) != 0) {
        doctor_tell(d, "Zustandsordner", DOCTOR_BAD,
                    "%s: %s. Anlegen: tuermer init", path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(info.st_mode)) {
        doctor_tell(d, "Zustandsordner", DOCTOR_BAD, "%s ist kein Ordner.",
                    path);
        return false;
    }
    doctor_owner(info.st_uid, owner);
    if ((info.st_mode & 077U) != 0) {
        doctor_tell(d, "Zustandsordner", DOCTOR_BAD,
                    "%s darf nur %s öffnen. Abhilfe: chmod 700 %s", path, owner,
                    path);
        return true;
    }
    doctor_tell(d, "Zustandsordner", DOCTOR_GOOD, "%s gehört %s.", path, owner);
    return true;
}

static void doctor_state_files(struct doctor *d)
{
    char path[DOCTOR_PATH_MAX];
    struct keyring ring;
    struct stat info;
    struct err e;
    (void)snprintf(path, sizeof(path), "%s/tuermer.db", d->config->state_dir);
    if (stat(path, &info) != 0) {
        doctor_tell(d, "Datenbank", DOCTOR_BAD, "%s: %s. Anlegen: tuermer init",
                    path, strerror(errno));
    } else if ((info.st_mode & 077U) != 0) {
        doctor_tell(d, "Datenbank", DOCTOR_BAD,
                    "%s ist für andere lesbar. Abhilfe: chmod 600 %s", path,
                    path);
    } else {
        doctor_tell(d, "Datenbank", DOCTOR_GOOD, "%s, %lld KiB.", path,
                    (long long)info.st_size / 1024);
    }
    (void)snprintf(path, sizeof(path), "%s/keys", d->config->state_dir);
    if (keyring_load(path, &ring, &e) != ERR_OK) {
        doctor_tell(d, "Schlüssel", DOCTOR_BAD, "%s", e.msg);
        return;
    }
    doctor_tell(d, "Schlüssel", DOCTOR_GOOD, "vollständig; Protokoll: %s",
                ring.keys[KEYRING_AUDIT].open.name);
    keyring_forget(&ring);
}

static void doctor_disk(struct doctor *d)
{
    struct statvfs disk;
    if (statvfs(d->config->state_dir, &disk) != 0) {
        return; /* told already: the folder is not there */
    }
    unsigned long long free_mib = (unsigned long long)disk.f_bavail *
                                  (unsigned long long)disk.f_frsize /
                                  (1024ULL * 1024ULL);
    if (free_mib < DOCTOR_SCARCE_MIB) {
        doctor_tell(d, "Speicherplatz", DOCTOR_BAD,
                    "nur %llu MiB frei. Meldungen können bald nicht mehr "
                    "gespeichert werden; bitte Platz schaffen.",
                    free_mib);
    } else if (free_mib < DOCTOR_FREE_MIB) {
        doctor_tell(d, "Speicherplatz", DOCTOR_WARNS, "%llu MiB frei.",
                    free_mib);
    } else {
        doctor_tell(d, "Speicherplatz", DOCTOR_GOOD, "%llu MiB frei.",
                    free_mib);
    }
}

/* adjtimex(2) with modes 0 only reads. */
static void doctor_clock(struct doctor *d)
{
    struct timex clock = {.modes = 0};
    if (clock_wall_ms(clock_real()) < DOCTOR_CLOCK_FLOOR_MS) {
        doctor_tell(d, "Uhr", DOCTOR_BAD,
                    "geht falsch: sie steht vor 2026. Einmalcodes und "
                    "Ablaufzeiten stimmen nicht.");
        return;
    }
    int state = adjtimex(&clock);
    if (state < 0 || state == TIME_ERROR) {
        doctor_tell(d, "Uhr", DOCTOR_WARNS,
                    "wird nicht abgeglichen (timedatectl status). Einmalcodes "
                    "vertragen 30 Sekunden Abweichung.");
    } else {
        doctor_tell(d, "Uhr", DOCTOR_GOOD, "wird abgeglichen.");
    }
}

static const char *doctor_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

static void doctor_read_channels(struct doctor *d, const char *answer)
{
    json_t *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    size_t i = 0;
    const json_t *channel = NULL;
    json_array_foreach(json_object_get(root, "items"), i, channel)
    {
        const char *state = doctor_text(channel, "state");
        const char *detail = doctor_text(channel, "detail");
        char name[64];
        (void)snprintf(name, sizeof(name), "Kanal %.48s",
                       doctor_text(channel, "channel"));
        if (strcmp(state, "ready") == 0) {
            doctor_tell(d, name, DOCTOR_GOOD, "bereit.%s%s",
                        detail[0] == '\0' ? "" : " ", detail);
        } else if (strcmp(state, "off") == 0) {
            doctor_tell(d, name, DOCTOR_WARNS, "nicht eingerichtet.");
        } else {
            doctor_tell(d, name,
                        strcmp(state, "down") == 0 ? DOCTOR_BAD : DOCTOR_WARNS,
                        "%s", detail[0] == '\0' ? state : detail);
        }
    }
    json_decref(root);
}

/* Asks quietly: a service that is not running is no error here. */
static void doctor_channels(struct doctor *d)
{
    struct cli quiet = *d->cli;
    struct cli_call call = {.method = "GET",
                            .path = "/api/v1/channels",
                            .timeout_ms = DOCTOR_CHANNELS_MS};
    FILE *nowhere = fopen("/dev/null", "we");
    quiet.err = nowhere == NULL ? d->cli->err : nowhere;
    quiet.as = NULL;
    int code = cli_request(&quiet, &call);
    if (nowhere != NULL) {
        (void)fclose(nowhere);
    }
    if (code != CLI_DONE || call.status != 200) {
        doctor_tell(d, "Dienst", DOCTOR_WARNS,
                    "antwortet nicht unter %s; die Kanäle sind ungeprüft. "
                    "Starten: systemctl start tuermer",
                    d->config->socket);
    } else {
        doctor_tell(d, "Dienst", DOCTOR_GOOD, "läuft.");
        doctor_read_channels(d, call.answer);
    }
    cli_call_fini(&call);
}

static void doctor_print_json(struct doctor *d)
{
    json_t *root = json_object();
    (void)json_object_set_new(root, "ok", json_boolean(d->worst != DOCTOR_BAD));
    (void)json_object_set_new(root, "checks", d->checks);
    char *text = json_dumps(root, JSON_COMPACT);
    cli_out(d->cli, "%s\n", text == NULL ? "{}" : text);
    free(text);
    json_decref(root);
}

int cli_doctor(struct cli *cli)
{
    if (!cli_options(cli, NULL, 0, 0, 0)) {
        return CLI_USAGE;
    }
    struct doctor d = {.cli = cli, .config = cli_config(cli)};
    if (d.config == NULL) {
        return CLI_CONFIG;
    }
    d.checks = json_array();
    doctor_configuration(&d);
    if (doctor_folder(&d, d.config->state_dir)) {
        doctor_state_files(&d);
    }
    doctor_disk(&d);
    doctor_clock(&d);
    doctor_channels(&d);
    if (cli->json) {
        doctor_print_json(&d);
    } else {
        json_decref(d.checks);
    }
    return d.worst == DOCTOR_BAD ? CLI_ERROR : CLI_DONE;
}
