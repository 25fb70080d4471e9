/* Writes the sample site into a folder, for browsers and validators:
 * site_pages FOLDER [quiet|drill|rehearsal]. */
#include <stdio.h>
#include <string.h>

#include "channels/website/site.h"
#include "service/base/check.h"
#include "service/base/file.h"
#include "tests/support/site_sample.h"

static const char *area_name(void *data, const char *ags)
{
    (void)data;
    return strcmp(ags, "08336050") == 0 ? "Lörrach" : "Weil am Rhein";
}

static int write_item(const char *folder, const struct channel_item *item)
{
    char path[1024];
    struct err e;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, item->name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    enum err_code code = file_make_folders(path, 0755, &e);
    *slash = '/';
    if (code != ERR_OK ||
        file_write_durable(path, item->bytes, item->len, 0644, &e) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", e.msg);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[2] : "";
    bool rehearsal = strcmp(what, "rehearsal") == 0;
    struct site_sample real;
    struct site_sample drill;
    struct site_items items;
    struct err e;
    int rv = 0;
    if (argc < 2) {
        (void)fprintf(stderr, "site_pages FOLDER [quiet|drill|rehearsal]\n");
        return 2;
    }
    struct site_config config = {
        .authority = "Landratsamt Lörrach",
        .sender_id = "warnung@loerrach-landkreis.de",
        .public_url = "https://warnung.loerrach-landkreis.de",
        .netiquette_url = "https://www.loerrach-landkreis.de/netiquette",
        .phones = "07621 410-0",
        .area = "08336",
        .area_name = area_name,
        .since_ms = SITE_SAMPLE_NOW_MS,
    };
    site_sample_init(&real, STREAM_ACTUAL);
    site_sample_init(&drill, rehearsal ? STREAM_REHEARSAL : STREAM_EXERCISE);
    if (*what == '\0') {
        site_sample_scene(&real);
    } else if (strcmp(what, "quiet") != 0) {
        site_sample_drill(&drill);
    }
    const struct state *states[] = {site_sample_state(&real),
                                    site_sample_state(&drill)};
    check(site_compose(states + rehearsal, rehearsal ? 1 : 2, &config, &items,
                       &e) == ERR_OK);
    for (size_t i = 0; i < items.n && rv == 0; i++) {
        rv = write_item(argv[1], &items.items[i]);
    }
    site_items_fini(&items);
    site_sample_fini(&real);
    site_sample_fini(&drill);
    return rv;
}
