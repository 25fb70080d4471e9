#include "service/access/throttle.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/digest.h"
#include "service/base/mem.h"

/* A key lives in one of the ways of its set; when all are taken the one that
 * failed longest ago makes room. */
enum { THROTTLE_SETS = 1024, THROTTLE_WAYS = 8, THROTTLE_KEY = 16 };

struct throttle_entry {
    uint8_t key[THROTTLE_KEY];
    unsigned failures; /* 0: free */
    int64_t failed_ms;
};

struct throttle {
    const struct clock *clock;
    struct throttle_entry entries[THROTTLE_SETS][THROTTLE_WAYS];
};

struct throttle *throttle_new(const struct clock *clock)
{
    struct throttle *t = mem_zalloc(sizeof(*t));
    t->clock = clock;
    return t;
}

void throttle_free(struct throttle *t)
{
    free(t);
}

/* The entry of kind and name; with `make` a new one, else NULL. */
static struct throttle_entry *throttle_find(struct throttle *t, char kind,
                                            const char *name, bool make)
{
    char text[256];
    (void)snprintf(text, sizeof(text), "%c%s", kind, name);
    struct digest d = digest_of(text, strlen(text));
    size_t set = ((size_t)d.bytes[30] << 8U | d.bytes[31]) % THROTTLE_SETS;
    struct throttle_entry *ways = t->entries[set];
    struct throttle_entry *oldest = &ways[0];
    for (size_t i = 0; i < THROTTLE_WAYS; i++) {
        if (ways[i].failures > 0 &&
            memcmp(ways[i].key, d.bytes, THROTTLE_KEY) == 0) {
            return &ways[i];
        }
        if (ways[i].failures == 0 ||
            (oldest->failures > 0 && ways[i].failed_ms < oldest->failed_ms)) {
            oldest = &ways[i];
        }
    }
    if (!make) {
        return NULL;
    }
    *oldest = (struct throttle_entry){.failures = 0};
    memcpy(oldest->key, d.bytes, THROTTLE_KEY);
    return oldest;
}

/* After `free` failures 1, 2, 4, … seconds from the last one. */
static long throttle_wait_s(struct throttle *t, char kind, const char *name,
                            unsigned free_tries)
{
    struct throttle_entry *entry = throttle_find(t, kind, name, false);
    if (entry == NULL) {
        return 0;
    }
    int64_t since = clock_mono_ms(t->clock) - entry->failed_ms;
    if (since >= THROTTLE_FORGET_MS) {
        entry->failures = 0;
        return 0;
    }
    if (entry->failures < free_tries) {
        return 0;
    }
    unsigned over = entry->failures - free_tries;
    int64_t wait_s = over >= 6 ? THROTTLE_WAIT_MAX_S : INT64_C(1) << over;
    int64_t left = wait_s * 1000 - since;
    return left <= 0 ? 0 : (long)((left + 999) / 1000);
}

static void throttle_count(struct throttle *t, char kind, const char *name)
{
    struct throttle_entry *entry = throttle_find(t, kind, name, true);
    entry->failures++;
    entry->failed_ms = clock_mono_ms(t->clock);
}

static bool throttle_has_network(const struct throttle_who *who)
{
    return who->network != NULL && who->network[0] != '\0' &&
           who->device == NULL;
}

static char throttle_account(const struct throttle_who *who, const char **name)
{
    *name = who->device != NULL ? who->device : who->account;
    return who->device != NULL ? 'd' : 'a';
}

long throttle_try(struct throttle *t, const struct throttle_who *who)
{
    const char *name = NULL;
    char kind = throttle_account(who, &name);
    char network[64] = "";
    long wait = throttle_wait_s(t, kind, name, THROTTLE_ACCOUNT_FREE);
    if (throttle_has_network(who)) {
        throttle_network(who->network, network, sizeof(network));
        long other = throttle_wait_s(t, 'n', network, THROTTLE_NETWORK_FREE);
        wait = other > wait ? other : wait;
    }
    if (wait > 0) {
        return wait;
    }
    throttle_count(t, kind, name);
    if (network[0] != '\0') {
        throttle_count(t, 'n', network);
    }
    return 0;
}

void throttle_succeeded(struct throttle *t, const struct throttle_who *who)
{
    const char *name = NULL;
    char kind = throttle_account(who, &name);
    struct throttle_entry *entry = throttle_find(t, kind, name, false);
    if (entry != NULL) {
        entry->failures = 0;
    }
    if (!throttle_has_network(who)) {
        return;
    }
    char network[64];
    throttle_network(who->network, network, sizeof(network));
    entry = throttle_find(t, 'n', network, false);
    if (entry != NULL) {
        entry->failures--;
    }
}

void throttle_network(const char *address, char *out, size_t size)
{
    struct in6_addr six;
    char text[INET6_ADDRSTRLEN];
    if (inet_pton(AF_INET6, address, &six) != 1) {
        (void)snprintf(out, size, "%s", address);
        return;
    }
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
        (void)inet_ntop(AF_INET, &six.s6_addr[12], text, sizeof(text));
        (void)snprintf(out, size, "%s", text);
        return;
    }
    memset(&six.s6_addr[8], 0, 8);
    (void)inet_ntop(AF_INET6, &six, text, sizeof(text));
    (void)snprintf(out, size, "%s/64", text);
}
