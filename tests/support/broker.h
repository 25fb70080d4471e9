/* A real mosquitto of Debian as a child of the test: free port, own folder,
 * persistent, killed and started again at will. */
#ifndef TESTS_SUPPORT_BROKER_H
#define TESTS_SUPPORT_BROKER_H

#include <stdbool.h>
#include <sys/types.h>

struct broker_options {
    bool tls;        /* certificate made for 127.0.0.1; ca() is its CA */
    const char *acl; /* text of the acl_file, or NULL: everybody may all */
    /* "name password" pairs, NULL-terminated; NULL: anonymous. */
    const char *const *accounts;
};

struct broker {
    char folder[64];
    char config[96];
    char ca_file[96]; /* "" without TLS */
    char url[64];
    int port;
    pid_t pid; /* 0: not running */
};

/* Starts it and waits until it answers. */
void broker_start(struct broker *b, const struct broker_options *options);

/* kill -9, and waits until it is gone. */
void broker_kill(struct broker *b);

/* Starts it again with the same folder and port; waits until it answers. */
void broker_restart(struct broker *b);

/* SIGTERM, waits, removes the folder. */
void broker_stop(struct broker *b);

#endif
