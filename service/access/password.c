#include "service/access/password.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"

/* Argon2id with 19 MiB and three passes: above the least that OWASP's
 * Password Storage Cheat Sheet names (19 MiB, two passes). */
enum { PASSWORD_MEMORY = 19 * 1024 * 1024, PASSWORD_PASSES = 3 };

struct password_queue {
    struct password_request *first;
    struct password_request *last;
    size_t n;
};

/* Two queues wait for places; `answered` waits for the loop's next turn. */
struct password_pool {
    uv_loop_t *loop;
    uv_async_t wake;
    unsigned running;
    unsigned running_anybody;
    struct password_queue known;
    struct password_queue anybody;
    struct password_queue answered;
    bool closing;
    password_close_cb close_cb;
    void *close_data;
};

static void password_push(struct password_queue *q, struct password_request *r)
{
    r->next = NULL;
    if (q->last == NULL) {
        q->first = r;
    } else {
        q->last->next = r;
    }
    q->last = r;
    q->n++;
}

static struct password_request *password_pop(struct password_queue *q)
{
    struct password_request *r = q->first;
    if (r != NULL) {
        q->first = r->next;
        q->last = q->first == NULL ? NULL : q->last;
        q->n--;
    }
    return r;
}

static void password_finish(struct password_request *r)
{
    sodium_memzero(r->password, sizeof(r->password));
    r->cb(r); /* r may be gone now */
}

static void password_closed(uv_handle_t *handle)
{
    struct password_pool *p = handle->data;
    password_close_cb cb = p->close_cb;
    void *data = p->close_data;
    free(p);
    cb(data);
}

static void password_maybe_closed(struct password_pool *p)
{
    if (p->closing && p->running == 0 && p->answered.n == 0 &&
        !uv_is_closing((uv_handle_t *)&p->wake)) {
        uv_close((uv_handle_t *)&p->wake, password_closed);
    }
}

/* Answers everything that needs no work. Callbacks may start new jobs: those
 * wait for the next turn. */
static void password_woken(uv_async_t *handle)
{
    struct password_pool *p = handle->data;
    size_t n = p->answered.n;
    while (n-- > 0) {
        password_finish(password_pop(&p->answered));
    }
    password_maybe_closed(p);
}

static void password_answer(struct password_pool *p, struct password_request *r,
                            enum err_code status)
{
    r->status = status;
    password_push(&p->answered, r);
    check(uv_async_send(&p->wake) == 0);
}

/* In a worker: touches the request only. */
static void password_work(uv_work_t *work)
{
    struct password_request *r =
        container_of(work, struct password_request, work);
    size_t len = strlen(r->password);
    unsigned char salt[crypto_pwhash_SALTBYTES];
    unsigned char key[32];
    if (r->job == PASSWORD_HASH) {
        r->status = crypto_pwhash_str_alg(r->hash, r->password, len,
                                          PASSWORD_PASSES, PASSWORD_MEMORY,
                                          crypto_pwhash_ALG_ARGON2ID13) == 0
                        ? ERR_OK
                        : ERR_NOMEM;
        return;
    }
    if (r->hash[0] != '\0') {
        r->matches = crypto_pwhash_str_verify(r->hash, r->password, len) == 0;
        return;
    }
    /* Nobody of that name: the same work for nothing. */
    randombytes_buf(salt, sizeof(salt));
    if (crypto_pwhash(key, sizeof(key), r->password, len, salt, PASSWORD_PASSES,
                      PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        r->status = ERR_NOMEM;
    }
    sodium_memzero(key, sizeof(key));
}

static void password_tick(struct password_pool *p);

static void password_worked(uv_work_t *work, int status)
{
    struct password_request *r =
        container_of(work, struct password_request, work);
    struct password_pool *p = r->pool;
    check(status == 0); /* nobody cancels it */
    p->running--;
    p->running_anybody -= r->known ? 0 : 1;
    password_finish(r);
    password_tick(p);
    password_maybe_closed(p);
}

static void password_begin(struct password_pool *p, struct password_request *r)
{
    p->running++;
    p->running_anybody += r->known ? 0 : 1;
    check(uv_queue_work(p->loop, &r->work, password_work, password_worked) ==
          0);
}

static void password_tick(struct password_pool *p)
{
    while (p->running < PASSWORD_AT_ONCE && p->known.n > 0) {
        password_begin(p, password_pop(&p->known));
    }
    while (p->running < PASSWORD_AT_ONCE &&
           p->running_anybody < PASSWORD_AT_ONCE - 1 && p->anybody.n > 0) {
        password_begin(p, password_pop(&p->anybody));
    }
}

struct password_pool *password_pool_open(uv_loop_t *loop)
{
    struct password_pool *p = mem_zalloc(sizeof(*p));
    check(sodium_init() >= 0);
    p->loop = loop;
    check(uv_async_init(loop, &p->wake, password_woken) == 0);
    p->wake.data = p;
    return p;
}

static void password_drop(struct password_pool *p, struct password_queue *q)
{
    while (q->n > 0) {
        password_answer(p, password_pop(q), ERR_UNAVAILABLE);
    }
}

void password_pool_close(struct password_pool *p, password_close_cb cb,
                         void *data)
{
    check(!p->closing);
    p->closing = true;
    p->close_cb = cb;
    p->close_data = data;
    password_drop(p, &p->known);
    password_drop(p, &p->anybody);
    password_maybe_closed(p);
}

void password_start(struct password_pool *p, struct password_request *r)
{
    check(!p->closing);
    r->pool = p;
    r->status = ERR_OK;
    r->matches = false;
    if (r->job == PASSWORD_PASS) {
        password_answer(p, r, ERR_OK);
        return;
    }
    struct password_queue *q = r->known ? &p->known : &p->anybody;
    if (q->n >= PASSWORD_WAITING_MAX) {
        password_answer(p, r, ERR_LIMIT);
        return;
    }
    password_push(q, r);
    password_tick(p);
}

unsigned password_running(const struct password_pool *p)
{
    return p->running;
}

const char *password_wrong(const char *password)
{
    size_t characters = 0;
    for (const char *c = password; *c != '\0'; c++) {
        if (((unsigned char)*c & 0xC0U) != 0x80U) {
            characters++;
        }
        if ((unsigned char)*c < 0x20U) {
            return "Das Kennwort enthält Steuerzeichen.";
        }
    }
    if (characters < PASSWORD_LEN_MIN) {
        return "Das Kennwort braucht mindestens 12 Zeichen.";
    }
    if (strlen(password) >= PASSWORD_MAX) {
        return "Das Kennwort darf höchstens 256 Bytes lang sein.";
    }
    return NULL;
}

void password_random(char out[PASSWORD_RANDOM_MAX])
{
    /* 32 signs that nobody mixes up: five bits each, in groups of four. */
    static const char signs[] = "abcdefghjkmnpqrstuvwxyz23456789+";
    size_t at = 0;
    for (size_t i = 0; i < 24; i++) {
        if (i > 0 && i % 4 == 0) {
            out[at++] = '-';
        }
        out[at++] = signs[randombytes_uniform(32)];
    }
    out[at] = '\0';
}
