/* store_commit() as linked into the flow tests: the n-th one goes wrong. And
 * the displays' notices, which need the real client, are dropped. */
#include <unistd.h>

#include "channels/displays/displays.h"
#include "service/store/store.h"
#include "tests/flow/world.h"

static struct {
    enum world_fault fault;
    int at;
    int n;
} commits;

void world_fail_commit(enum world_fault fault, int n)
{
    commits.fault = fault;
    commits.at = n;
    commits.n = 0;
}

int world_commits(void)
{
    return commits.n;
}

/* NOLINTBEGIN(readability-identifier-naming): what --wrap calls them */
enum err_code __real_store_commit(struct store *s, struct err *e);
enum err_code __wrap_store_commit(struct store *s, struct err *e);
bool __wrap_displays_tell(struct channel *c, const char *topic,
                          const void *bytes, size_t len, bool retained);
void __wrap_displays_expect(struct channel *c, const char *topic,
                            const void *bytes, size_t len);

enum err_code __wrap_store_commit(struct store *s, struct err *e)
{
    bool now = commits.fault != WORLD_FAULT_NONE && commits.n == commits.at;
    commits.n++;
    if (!now) {
        return __real_store_commit(s, e);
    }
    switch (commits.fault) {
    case WORLD_FAULT_LOST:
        store_rollback(s);
        return err_set(e, ERR_UNCERTAIN, "lost by the test");
    case WORLD_FAULT_KEPT:
        (void)__real_store_commit(s, e);
        return err_set(e, ERR_UNCERTAIN, "kept by the test");
    case WORLD_FAULT_KILLED: (void)__real_store_commit(s, e); _exit(0);
    case WORLD_FAULT_NONE: break;
    }
    return ERR_OK;
}

bool __wrap_displays_tell(struct channel *c, const char *topic,
                          const void *bytes, size_t len, bool retained)
{
    (void)c;
    (void)topic;
    (void)bytes;
    (void)len;
    (void)retained;
    return true;
}

void __wrap_displays_expect(struct channel *c, const char *topic,
                            const void *bytes, size_t len)
{
    (void)c;
    (void)topic;
    (void)bytes;
    (void)len;
}
/* NOLINTEND(readability-identifier-naming) */
