/* The command line: where options may stand, what is refused, init. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cmocka_all.h"

#include "service/base/check.h"
#include "service/cli/cli.h"

enum { WORDS_MAX = 16 };

struct fixture {
    char folder[64];
    char conf[96];
    char state[96];
};

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    check(file != NULL);
    check(fputs(text, file) >= 0);
    check(fclose(file) == 0);
    check(chmod(path, mode) == 0);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    char text[1024];
    check(f != NULL);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tuermer-cli-XXXXXX");
    check(mkdtemp(f->folder) != NULL);
    (void)snprintf(f->conf, sizeof(f->conf), "%s/t.conf", f->folder);
    (void)snprintf(f->state, sizeof(f->state), "%s/state", f->folder);
    (void)snprintf(text, sizeof(text),
                   "[service]\nstate_dir = %s\nauthority = Amt\n"
                   "sender_id = w@amt.example\nmarker_prefix = LOE\n"
                   "area = 08336\nsocket = %s/s.sock\n",
                   f->state, f->folder);
    write_file(f->conf, text, 0644);
    *state = f;
    return 0;
}

static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    check(dir != NULL);
    for (struct dirent *entry = readdir(dir); entry != NULL;
         entry = readdir(dir)) {
        char name[400];
        if (strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        (void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        if (unlink(name) != 0) {
            remove_folder(name);
        }
    }
    (void)closedir(dir);
    check(rmdir(path) == 0);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    remove_folder(f->folder);
    free(f);
    return 0;
}

/* What cli_main() handed to serve; tests run one after the other. */
static int serve_says_its_area(const struct config *config)
{
    return strcmp(config->area, "08336") == 0 ? 42 : 43;
}

/* Runs "tuermer WORDS", words separated by blanks; CONF is the file. */
static int run(const struct fixture *f, const char *words)
{
    char text[512];
    char *argv[WORDS_MAX] = {0};
    char name[] = "tuermer";
    char *rest = NULL;
    int argc = 0;
    argv[argc++] = name;
    (void)snprintf(text, sizeof(text), "%s", words);
    for (char *word = strtok_r(text, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        static const char conf[] = "CONF";
        check(argc < WORDS_MAX);
        if (strcmp(word, conf) == 0) {
            argv[argc] = calloc(1, sizeof(f->conf));
            check(argv[argc] != NULL);
            memcpy(argv[argc], f->conf, sizeof(f->conf));
        } else {
            argv[argc] = calloc(1, strlen(word) + 1);
            check(argv[argc] != NULL);
            memcpy(argv[argc], word, strlen(word));
        }
        argc++;
    }
    int code = cli_main(argc, argv, serve_says_its_area);
    for (int i = 1; i < argc; i++) {
        free(argv[i]);
    }
    return code;
}

static void words_and_their_exit_codes(void **state)
{
    struct fixture *f = *state;
    const struct row {
        const char *words;
        int code;
    } rows[] = {
        {"", CLI_USAGE},
        {"--help", CLI_DONE},
        {"gibtsnicht", CLI_USAGE},
        {"--config", CLI_USAGE},
        {"serve --config", CLI_USAGE},
        {"--config CONF serve", 42},
        {"serve --config CONF", 42},
        {"--json serve --config=CONF.fehlt", CLI_CONFIG},
        {"serve --config CONF zuviel", CLI_USAGE},
        {"serve --config CONF --unbekannt", CLI_USAGE},
        {"--config /gibt/es/nicht serve", CLI_CONFIG},
        {"--config CONF channel", CLI_USAGE},
        {"--config CONF channel zeigen", CLI_USAGE},
        {"--config CONF channel list x", CLI_USAGE},
        {"--config CONF channel list", CLI_UNREACHABLE},
        {"channel --config CONF --json list", CLI_UNREACHABLE},
        {"channel list --config /gibt/es/nicht", CLI_CONFIG},
        {"--config CONF user add", CLI_USAGE},
        {"--config CONF user add erika", CLI_USAGE},
        {"--config CONF user add erika --roles", CLI_USAGE},
        {"--config CONF user add erika egon --roles releaser", CLI_USAGE},
        {"--config CONF user add erika --roles=releaser", CLI_UNREACHABLE},
        {"--config CONF user add --roles releaser -- erika", CLI_UNREACHABLE},
        {"--config CONF user disable ../x", CLI_USAGE},
        {"--config CONF alert", CLI_USAGE},
        {"--config CONF alert send", CLI_USAGE},
        {"--config CONF alert send hw-rhein", CLI_USAGE},
        {"--config CONF alert send hw-rhein --status echt", CLI_USAGE},
        {"--config CONF alert send hw-rhein --status actual --wait x",
         CLI_USAGE},
        {"--config CONF alert send hw-rhein --status actual -p", CLI_USAGE},
        {"--config CONF alert send hw-rhein --status actual", CLI_UNREACHABLE},
        {"--config CONF alert update LOE-7K3Q9F --status actual", CLI_USAGE},
        {"--config CONF alert update", CLI_USAGE},
        {"--config CONF alert show a/b", CLI_USAGE},
        {"--config CONF alert reject LOE-7K3Q9F-1", CLI_USAGE},
        {"--config CONF alert approve", CLI_USAGE},
        {"--config CONF login", CLI_USAGE},
        {"--config CONF login Erika", CLI_USAGE},
        {"--config CONF init --user gibt-es-nicht", CLI_ERROR},
        {"--config CONF init --zuviel", CLI_USAGE},
    };
    for (size_t i = 0; i < CLI_N(rows); i++) {
        print_message("tuermer %s\n", rows[i].words);
        assert_int_equal(run(f, rows[i].words), rows[i].code);
    }
}

static void options_stand_in_any_order_and_repeat(void **state)
{
    (void)state;
    const char *reason = NULL;
    bool loud = false;
    struct cli_list list = {.n = 0};
    const struct cli_option options[] = {{.name = "--reason", .value = &reason},
                                         {.name = "--loud", .flag = &loud},
                                         {.name = "-p", .list = &list}};
    struct cli cli = {.n_args = 9,
                      .args = {"-p", "a=1", "eins", "--reason", "weil",
                               "--loud", "-p", "b=-2", "-"},
                      .noun = "alert",
                      .out = stdout,
                      .err = stderr};
    assert_true(cli_options(&cli, options, CLI_N(options), 2, 2));
    assert_string_equal(cli.args[0], "eins");
    assert_string_equal(cli.args[1], "-");
    assert_string_equal(reason, "weil");
    assert_true(loud);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.items[1], "b=-2");
}

/* A session file that others may read is named with 78. */
static void a_session_that_others_may_read_is_refused(void **state)
{
    struct fixture *f = *state;
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/erika", f->folder);
    check(setenv("TUERMER_SESSION_DIR", f->folder, 1) == 0);
    assert_int_equal(run(f, "--config CONF alert list --as egon"),
                     CLI_NOT_ALLOWED);
    write_file(path, "token\n", 0644);
    assert_int_equal(run(f, "--config CONF alert list --as erika"), CLI_CONFIG);
    check(chmod(path, 0600) == 0);
    assert_int_equal(run(f, "--config CONF alert list --as erika"),
                     CLI_UNREACHABLE);
    check(unsetenv("TUERMER_SESSION_DIR") == 0);
}

static void a_credential_that_others_may_read_stops_serve(void **state)
{
    struct fixture *f = *state;
    char token[128];
    FILE *conf = fopen(f->conf, "a");
    check(conf != NULL);
    (void)snprintf(token, sizeof(token), "%s/token", f->folder);
    check(fprintf(conf, "[facebook]\npage_id = 1\ntoken_file = %s\n", token) >
          0);
    check(fclose(conf) == 0);
    write_file(token, "geheim\n", 0604);
    assert_int_equal(run(f, "--config CONF serve"), CLI_CONFIG);
    check(chmod(token, 0400) == 0);
    assert_int_equal(run(f, "--config CONF serve"), 42);
}

static void assert_mode(const char *folder, const char *name, mode_t mode)
{
    char path[200];
    struct stat info;
    (void)snprintf(path, sizeof(path), "%s%s", folder, name);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, mode);
}

static void
init_makes_everything_private_and_refuses_a_second_time(void **state)
{
    struct fixture *f = *state;
    struct stat before;
    struct stat after;
    char database[128];
    (void)snprintf(database, sizeof(database), "%s/tuermer.db", f->state);
    assert_int_equal(run(f, "--config CONF init"), CLI_DONE);
    assert_mode(f->state, "", 0700);
    assert_mode(f->state, "/tuermer.db", 0600);
    assert_mode(f->state, "/keys", 0700);
    assert_mode(f->state, "/keys/audit.key", 0600);
    assert_mode(f->state, "/keys/actual.key", 0600);
    assert_mode(f->state, "/incarnation", 0600);
    assert_int_equal(stat(database, &before), 0);
    assert_int_equal(run(f, "--config CONF --json init"), CLI_ERROR);
    assert_int_equal(stat(database, &after), 0);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    assert_int_equal(before.st_ino, after.st_ino);
}

static void init_takes_an_empty_folder_and_no_other(void **state)
{
    struct fixture *f = *state;
    char path[128];
    check(mkdir(f->state, 0755) == 0);
    (void)snprintf(path, sizeof(path), "%s/fremd", f->state);
    write_file(path, "x", 0644);
    assert_int_equal(run(f, "--config CONF init"), CLI_ERROR);
    check(unlink(path) == 0);
    assert_int_equal(run(f, "--config CONF init"), CLI_DONE);
    assert_mode(f->state, "", 0700);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_and_their_exit_codes),
        cmocka_unit_test(options_stand_in_any_order_and_repeat),
        TEST(a_session_that_others_may_read_is_refused),
        TEST(a_credential_that_others_may_read_stops_serve),
        TEST(init_makes_everything_private_and_refuses_a_second_time),
        TEST(init_takes_an_empty_folder_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
