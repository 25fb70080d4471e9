/* The configuration: what is refused names its line and key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cmocka_all.h"

#include "service/base/check.h"
#include "service/config/config.h"

#define SERVICE                              \
    "[service]\n"                            \
    "authority = Landratsamt Lörrach\n"     \
    "sender_id = warnung@loerrach.example\n" \
    "marker_prefix = LOE\n"                  \
    "area = 08336\n" /* five lines */

struct fixture {
    char folder[64];
    char path[96];
    struct config c;
    struct err e;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    check(f != NULL);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tuermer-config-XXXXXX");
    check(mkdtemp(f->folder) != NULL);
    (void)snprintf(f->path, sizeof(f->path), "%s/t.conf", f->folder);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    (void)unlink(f->path);
    check(rmdir(f->folder) == 0);
    free(f);
    return 0;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    check(file != NULL);
    check(fputs(text, file) >= 0);
    check(fclose(file) == 0);
    check(chmod(path, mode) == 0);
}

static enum err_code load(struct fixture *f, const char *text)
{
    write_file(f->path, text, 0644);
    return config_load(f->path, &f->c, &f->e);
}

static void what_is_left_out_has_its_documented_default(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(load(f, SERVICE), ERR_OK);
    assert_string_equal(f->c.state_dir, "/var/lib/tuermer");
    assert_string_equal(f->c.timezone, "Europe/Berlin");
    assert_string_equal(f->c.socket, "/run/tuermer/tuermer.sock");
    assert_string_equal(f->c.console_listen, "127.0.0.1:8443");
    assert_string_equal(f->c.console_public_url, "http://127.0.0.1:8443");
    assert_string_equal(f->c.website_directory, "/var/lib/tuermer/site");
    assert_string_equal(f->c.shadow_listen, "127.0.0.1:8090");
    assert_int_equal(f->c.step_up_minutes, 15);
    assert_false(f->c.demonstration);
    assert_false(f->c.facebook_on || f->c.instagram_on || f->c.website_on ||
                 f->c.displays_on || f->c.mail_on);
}

static void a_section_without_keys_turns_its_channel_on(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(load(f, SERVICE "[website]\n"), ERR_OK);
    assert_true(f->c.website_on);
    assert_string_equal(f->c.website_public_url, "http://127.0.0.1:8080");
}

static void the_example_of_the_contract_is_read(void **state)
{
    struct fixture *f = *state;
    const char *text =
        "[service]\nstate_dir = /var/lib/tuermer\n"
        "authority = Landratsamt Lörrach      ; shown as sender\n"
        "sender_id = warnung@loerrach-landkreis.de\nmarker_prefix = LOE\n"
        "area = 08336\ntimezone = Europe/Berlin\n"
        "office_hours = Mo-Fr 08:30-17:00      ; shown\n"
        "socket = /run/tuermer/tuermer.sock\n\n"
        "[console]\npublic_url = https://tuermer.example:8443\n"
        "listen = 127.0.0.1:8443\ntls_cert = /etc/tuermer/tls/cert.pem\n"
        "tls_key = /etc/tuermer/tls/key.pem\nstep_up_minutes = 20\n\n"
        "[website]\nlisten = 127.0.0.1:8080\n"
        "public_url = https://warnung.loerrach-landkreis.de/\n"
        "directory = /var/lib/tuermer/site\n"
        "netiquette_url = https://www.loerrach-landkreis.de/netiquette\n\n"
        "[facebook]\ngraph_url = https://graph.facebook.com/v26.0\n"
        "page_id = 100000000000001\ntoken_file = /etc/t/facebook-token\n"
        "app_id = 700000000000001\napp_secret_file = /etc/t/app-secret\n\n"
        "[instagram]\ngraph_url = https://graph.facebook.com/v26.0\n"
        "user_id = 17840000000000001\ntoken_file = /etc/t/ig-token\n\n"
        "[displays]\nbroker = mqtts://broker.example:8883\n"
        "username = tuermer\npassword_file = /etc/t/mqtt-password\n"
        "ca_file = /etc/tuermer/tls/ca.pem\ntopic_prefix = tuermer/v1\n\n"
        "[masterdata]\nphones = 07621 410-0\n"
        "url_hosts = loerrach-landkreis.de, bbk.bund.de,\n"
        "  hvz.baden-wuerttemberg.de\n\n"
        "[mail]\nsmtp_url = smtps://mail.example\nfrom = a@loerrach.de\n"
        "to = krisenstab@loerrach.de\nusername = tuermer\n"
        "password_file = /etc/t/mail-password\n\n"
        "[shadow]\nlisten = 127.0.0.1:8090\n";
    char host[CONFIG_TEXT_MAX];
    assert_int_equal(load(f, text), ERR_OK);
    assert_string_equal(f->c.authority, "Landratsamt Lörrach");
    assert_string_equal(f->c.facebook_page_id, "100000000000001");
    assert_string_equal(
        f->c.url_hosts,
        "loerrach-landkreis.de, bbk.bund.de, hvz.baden-wuerttemberg.de");
    assert_int_equal(f->c.step_up_minutes, 20);
    assert_true(f->c.mail_on && f->c.displays_on && f->c.facebook_on);
    config_public_host(&f->c, host);
    assert_string_equal(host, "warnung.loerrach-landkreis.de");
}

/* Every row is refused at `line`, and the message holds `key`. */
struct bad {
    const char *text;
    int line;
    const char *key;
};

static const struct bad bad_files[] = {
    {SERVICE "colour = red\n", 6, "colour"},
    {SERVICE "[colours]\n", 6, "colours"},
    {SERVICE "[colours]\nred = 1\n", 6, "colours"},
    {"area = 08336\n" SERVICE, 1, "area"},
    {SERVICE "area = 08336\n", 6, "area"},
    {SERVICE "[website]\n[facebook]\n", 7, "page_id"},
    {SERVICE "[website]\n[website]\n", 7, "website"},
    {SERVICE "nonsense\n", 6, "Schlüssel = Wert"},
    {SERVICE "[website\n", 6, "Abschnitt"},
    {SERVICE "  area = 08336\n", 6, "area"},
    {"[service]\nauthority = A\n", 1, "sender_id"},
    {"[website]\n", 1, "authority"},
    {SERVICE "authority =\n", 6, "authority"},
    {"[service]\nauthority =\n", 2, "authority"},
    {"[service]\nauthority = L\xc3\n", 2, "authority"},
    {"[service]\nauthority = a\x01z\n", 2, "authority"},
    {"[service]\nauthority = a\xe2\x80\xaez\n", 2, "authority"},
    {"[service]\narea = 0833\n", 2, "area"},
    {"[service]\narea = 08336050\n", 2, "area"},
    {"[service]\narea = Kreis\n", 2, "area"},
    {"[service]\nmarker_prefix = L\n", 2, "marker_prefix"},
    {"[service]\nmarker_prefix = loe\n", 2, "marker_prefix"},
    {"[service]\nmarker_prefix = LÖR\n", 2, "marker_prefix"},
    {"[service]\nsender_id = warnung\n", 2, "sender_id"},
    {"[service]\nsender_id = a b@c.de\n", 2, "sender_id"},
    {SERVICE "timezone = Europe/Atlantis\n", 6, "timezone"},
    {SERVICE "timezone = ../../etc/passwd\n", 6, "timezone"},
    {SERVICE "office_hours = immer\n", 6, "office_hours"},
    {SERVICE "office_hours = Mo-Fr 8:30-17:00\n", 6, "office_hours"},
    {SERVICE "office_hours = Mo-Fr 08:30-17:61\n", 6, "office_hours"},
    {SERVICE "state_dir = var/lib\n", 6, "state_dir"},
    {SERVICE "socket = tuermer.sock\n", 6, "socket"},
    {SERVICE "demonstration = ja\n", 6, "demonstration"},
    {SERVICE "[console]\nlisten = 8443\n", 7, "listen"},
    {SERVICE "[console]\nlisten = 127.0.0.1:84430\n", 7, "listen"},
    {SERVICE "[console]\nlisten = 0.0.0.0:8443\n", 7, "listen"},
    {SERVICE "[console]\ntls_cert = /a\n", 7, "tls_cert"},
    {SERVICE "[console]\ntls_key = /a\n", 7, "tls_key"},
    {SERVICE "[console]\npublic_url = http://t.example\n", 7, "public_url"},
    {SERVICE "[console]\npublic_url = https://t.example/x\n", 7, "public_url"},
    {SERVICE "[console]\nstep_up_minutes = 0\n", 7, "step_up_minutes"},
    {SERVICE "[console]\nstep_up_minutes = 5x\n", 7, "step_up_minutes"},
    {SERVICE "[console]\ntrusted_proxy = proxy\n", 7, "trusted_proxy"},
    {SERVICE "[website]\npublic_url = ftp://x\n", 7, "public_url"},
    {SERVICE "[website]\nlisten = 0.0.0.0:80\n", 7, "public_url"},
    {SERVICE "[website]\nnetiquette_url = www.x.de\n", 7, "netiquette_url"},
    {SERVICE "[facebook]\ngraph_url = http://graph.facebook.com/v26.0\n", 7,
     "graph_url"},
    {SERVICE "[facebook]\ngraph_url = http://127.0.0.1.evil.example/v1\n", 7,
     "graph_url"},
    {SERVICE "[facebook]\ngraph_url = http://127.0.0.1@evil.example/v1\n", 7,
     "graph_url"},
    {SERVICE "[facebook]\npage_id = 1/2\n", 7, "page_id"},
    {SERVICE "[facebook]\npage_id = 1\ntoken_file = t\n", 8, "token_file"},
    {SERVICE "[facebook]\npage_id = 1\ntoken_file = /t\napp_id = 7\n", 9,
     "app_id"},
    {SERVICE "[instagram]\nuser_id = 1\n", 6, "token_file"},
    {SERVICE "[instagram]\napp_id = 1\n", 7, "app_id"},
    {SERVICE "[displays]\nbroker = mqtt://broker.example\n", 7, "broker"},
    {SERVICE "[displays]\nbroker = broker.example:8883\n", 7, "broker"},
    {SERVICE "[displays]\nbroker = mqtts://b\nusername = u\n", 8, "username"},
    {SERVICE "[displays]\nbroker = mqtts://b\ntopic_prefix = a/#\n", 8,
     "topic_prefix"},
    {SERVICE "[masterdata]\nphones = 1,,2\n", 7, "phones"},
    {SERVICE "[masterdata]\nurl_hosts = a.de,\n", 7, "url_hosts"},
    {SERVICE "[mail]\nsmtp_url = smtp://mail.example\n", 7, "smtp_url"},
    {SERVICE "[shadow]\nlisten = :8090\n", 7, "listen"},
    {SERVICE "demonstration = yes\n[facebook]\npage_id = 1\ntoken_file = /t\n"
             "graph_url = https://graph.facebook.com/v26.0\n",
     10, "graph_url"},
    {SERVICE "demonstration = yes\n[instagram]\nuser_id = 1\n"
             "token_file = /t\n",
     7, "graph_url"},
    {SERVICE "demonstration = yes\n[displays]\nbroker = mqtts://b.example\n", 8,
     "broker"},
};

static void assert_refused(struct fixture *f, const struct bad *bad)
{
    char line[16];
    (void)snprintf(line, sizeof(line), ".conf:%d: ", bad->line);
    if (load(f, bad->text) != ERR_INVALID || strstr(f->e.msg, line) == NULL ||
        strstr(f->e.msg, bad->key) == NULL) {
        fail_msg("\"%s\"; wanted line %d, key %s, for:\n%s", f->e.msg,
                 bad->line, bad->key, bad->text);
    }
}

static void every_bad_file_is_refused_by_line_and_key(void **state)
{
    struct fixture *f = *state;
    const size_t n = sizeof(bad_files) / sizeof(bad_files[0]);
    assert_true(n >= 40);
    for (size_t i = 0; i < n; i++) {
        assert_refused(f, &bad_files[i]);
    }
}

static void a_line_that_is_too_long_is_refused(void **state)
{
    struct fixture *f = *state;
    char text[1024] = SERVICE "[masterdata]\nurl_hosts = ";
    size_t len = strlen(text);
    memset(text + len, 'a', 300);
    text[len + 300] = '\n';
    assert_int_equal(load(f, text), ERR_INVALID);
    assert_non_null(strstr(f->e.msg, ":7: "));
}

static void a_demonstration_on_loopback_is_taken(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(load(f, SERVICE
                          "demonstration = yes\n[facebook]\npage_id = 1\n"
                          "token_file = /t\n"
                          "graph_url = http://127.0.0.1:8090/v26.0\n"
                          "[displays]\nbroker = mqtt://[::1]:1883\n"),
                     ERR_OK);
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(config_load("/nowhere/t.conf", &f->c, &f->e),
                     ERR_NOT_FOUND);
    assert_non_null(strstr(f->e.msg, "/nowhere/t.conf"));
    write_file(f->path, "", 0644);
}

static void loopback_is_this_machine_only(void **state)
{
    (void)state;
    assert_true(value_is_loopback("127.0.0.1"));
    assert_true(value_is_loopback("127.9.9.9"));
    assert_true(value_is_loopback("localhost"));
    assert_true(value_is_loopback("::1"));
    assert_false(value_is_loopback("127.0.0.1.example"));
    assert_false(value_is_loopback("localhost.example"));
    assert_false(value_is_loopback("::2"));
    assert_false(value_is_loopback("0.0.0.0"));
}

static void a_credential_that_others_may_read_is_denied_by_name(void **state)
{
    struct fixture *f = *state;
    char token[96];
    char text[1024];
    (void)snprintf(token, sizeof(token), "%s/token", f->folder);
    (void)snprintf(text, sizeof(text),
                   SERVICE "[facebook]\npage_id = 1\ntoken_file = %s\n", token);
    write_file(token, "geheim\n", 0640);
    assert_int_equal(load(f, text), ERR_OK);
    assert_int_equal(config_check_files(&f->c, &f->e), ERR_DENIED);
    assert_non_null(strstr(f->e.msg, token));
    assert_non_null(strstr(f->e.msg, "token_file"));
    assert_int_equal(chmod(token, 0400), 0);
    assert_int_equal(config_check_files(&f->c, &f->e), ERR_OK);
    assert_int_equal(unlink(token), 0);
    assert_int_equal(config_check_files(&f->c, &f->e), ERR_NOT_FOUND);
}

static void a_secret_is_the_first_line_without_its_end(void **state)
{
    struct fixture *f = *state;
    char secret[CONFIG_SECRET_MAX];
    write_file(f->path, "geheim\r\nzweite\n", 0600);
    assert_int_equal(config_secret(f->path, secret, &f->e), ERR_OK);
    assert_string_equal(secret, "geheim");
    write_file(f->path, "\n", 0600);
    assert_int_equal(config_secret(f->path, secret, &f->e), ERR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_left_out_has_its_documented_default),
        TEST(a_section_without_keys_turns_its_channel_on),
        TEST(the_example_of_the_contract_is_read),
        TEST(every_bad_file_is_refused_by_line_and_key),
        TEST(a_line_that_is_too_long_is_refused),
        TEST(a_demonstration_on_loopback_is_taken),
        TEST(a_file_that_is_not_there_is_named),
        cmocka_unit_test(loopback_is_this_machine_only),
        TEST(a_credential_that_others_may_read_is_denied_by_name),
        TEST(a_secret_is_the_first_line_without_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
