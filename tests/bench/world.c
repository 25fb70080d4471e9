#include "tests/bench/world.h"

#include <stdio.h>
#include <string.h>

static bool world_line(const char *folder, const char *name, char *out)
{
    char path[WORLD_TEXT_MAX + 64];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    bool ok = file != NULL && fgets(out, WORLD_TEXT_MAX, file) != NULL;
    if (file != NULL) {
        (void)fclose(file);
    }
    if (!ok) {
        (void)fprintf(stderr, "fanout: cannot read %s\n", path);
        return false;
    }
    out[strcspn(out, "\n")] = '\0';
    return true;
}

bool world_load(const char *folder, struct world *w)
{
    return world_line(folder, "socket", w->socket) &&
           world_line(folder, "submitter", w->submitter) &&
           world_line(folder, "approver", w->approver) &&
           world_line(folder, "request", w->request) &&
           world_line(folder, "website", w->website) &&
           world_line(folder, "mqtt-port", w->mqtt_port) &&
           world_line(folder, "mqtt-password", w->mqtt_password) &&
           world_line(folder, "gateway-log", w->gateway_log) &&
           world_line(folder, "post-url", w->post_url);
}
