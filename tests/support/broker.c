#include "tests/support/broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "service/base/check.h"

enum { BROKER_PATH_MAX = 160, BROKER_TRIES = 1000, BROKER_TRY_MS = 10 };

extern char **environ;

static pid_t broker_spawn(char *const argv[])
{
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;
    check(posix_spawn_file_actions_init(&actions) == 0);
    check(posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY,
                                           0) == 0);
    check(posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY,
                                           0) == 0);
    check(posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) == 0);
    check(posix_spawn_file_actions_destroy(&actions) == 0);
    return pid;
}

static void broker_run(char *const argv[])
{
    int status = 0;
    pid_t pid = broker_spawn(argv);
    check(waitpid(pid, &status, 0) == pid);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void broker_path(const struct broker *b, const char *name,
                        char out[BROKER_PATH_MAX])
{
    (void)snprintf(out, BROKER_PATH_MAX, "%s/%s", b->folder, name);
}

static void broker_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    check(file != NULL);
    check(fputs(text, file) >= 0);
    check(fclose(file) == 0);
    check(chmod(path, S_IRUSR | S_IWUSR) == 0);
}

static int broker_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    check(fd >= 0);
    check(bind(fd, (struct sockaddr *)&address, len) == 0);
    check(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    check(close(fd) == 0);
    return ntohs(address.sin_port);
}

static bool broker_answers(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    check(fd >= 0);
    int rv = connect(fd, (struct sockaddr *)&address, sizeof(address));
    check(close(fd) == 0);
    return rv == 0;
}

void broker_restart(struct broker *b)
{
    char program[] = "/usr/sbin/mosquitto";
    char flag[] = "-c";
    char *const argv[] = {program, flag, b->config, NULL};
    struct timespec pause = {.tv_nsec = BROKER_TRY_MS * 1000000L};
    check(b->pid == 0);
    b->pid = broker_spawn(argv);
    for (int i = 0; i < BROKER_TRIES; i++) {
        if (broker_answers(b->port)) {
            return;
        }
        (void)nanosleep(&pause, NULL);
    }
    check(false); /* the broker does not answer */
}

static void broker_make_certificate(struct broker *b)
{
    char key[BROKER_PATH_MAX];
    broker_path(b, "key.pem", key);
    (void)snprintf(b->ca_file, sizeof(b->ca_file), "%s/cert.pem", b->folder);
    char *const argv[] = {(char[]){"openssl"},
                          (char[]){"req"},
                          (char[]){"-x509"},
                          (char[]){"-newkey"},
                          (char[]){"ec"},
                          (char[]){"-pkeyopt"},
                          (char[]){"ec_paramgen_curve:prime256v1"},
                          (char[]){"-nodes"},
                          (char[]){"-days"},
                          (char[]){"2"},
                          (char[]){"-subj"},
                          (char[]){"/CN=127.0.0.1"},
                          (char[]){"-addext"},
                          (char[]){"subjectAltName=IP:127.0.0.1"},
                          (char[]){"-keyout"},
                          key,
                          (char[]){"-out"},
                          b->ca_file,
                          NULL};
    broker_run(argv);
}

static void broker_make_accounts(struct broker *b, const char *const *accounts)
{
    char path[BROKER_PATH_MAX];
    broker_path(b, "passwords", path);
    broker_write(path, "");
    for (size_t i = 0; accounts[i] != NULL; i++) {
        char name[64];
        char password[64];
        check(sscanf(accounts[i], "%63s %63s", name, password) == 2);
        char *const argv[] = {(char[]){"mosquitto_passwd"},
                              (char[]){"-b"},
                              path,
                              name,
                              password,
                              NULL};
        broker_run(argv);
    }
}

void broker_start(struct broker *b, const struct broker_options *options)
{
    char text[2048];
    char acl[BROKER_PATH_MAX];
    *b = (struct broker){0};
    (void)snprintf(b->folder, sizeof(b->folder), "/tmp/tuermer-mqtt-XXXXXX");
    check(mkdtemp(b->folder) != NULL);
    (void)snprintf(b->config, sizeof(b->config), "%s/conf", b->folder);
    b->port = broker_free_port();
    (void)snprintf(b->url, sizeof(b->url), "mqtt%s://127.0.0.1:%d",
                   options->tls ? "s" : "", b->port);
    int n = snprintf(text, sizeof(text),
                     "listener %d 127.0.0.1\nallow_anonymous %s\n"
                     "persistence true\npersistence_location %s/\n"
                     "autosave_on_changes true\nautosave_interval 1\n%s",
                     b->port, options->accounts == NULL ? "true" : "false",
                     b->folder, geteuid() == 0 ? "user root\n" : "");
    if (options->tls) {
        broker_make_certificate(b);
        n += snprintf(text + n, sizeof(text) - (size_t)n,
                      "certfile %s\nkeyfile %s/key.pem\n", b->ca_file,
                      b->folder);
    }
    if (options->accounts != NULL) {
        broker_make_accounts(b, options->accounts);
        n += snprintf(text + n, sizeof(text) - (size_t)n,
                      "password_file %s/passwords\n", b->folder);
    }
    if (options->acl != NULL) {
        broker_path(b, "acl", acl);
        broker_write(acl, options->acl);
        n += snprintf(text + n, sizeof(text) - (size_t)n, "acl_file %s\n", acl);
    }
    check(n > 0 && (size_t)n < sizeof(text));
    broker_write(b->config, text);
    broker_restart(b);
}

void broker_kill(struct broker *b)
{
    check(b->pid > 0);
    check(kill(b->pid, SIGKILL) == 0);
    check(waitpid(b->pid, NULL, 0) == b->pid);
    b->pid = 0;
}

void broker_stop(struct broker *b)
{
    static const char *const files[] = {
        "conf", "key.pem",      "cert.pem",        "passwords",
        "acl",  "mosquitto.db", "mosquitto.db.new"};
    if (b->pid > 0) {
        check(kill(b->pid, SIGTERM) == 0);
        check(waitpid(b->pid, NULL, 0) == b->pid);
        b->pid = 0;
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[BROKER_PATH_MAX];
        broker_path(b, files[i], path);
        (void)unlink(path);
    }
    (void)rmdir(b->folder);
}
