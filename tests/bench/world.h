/* What the benchmark is told about the installation it measures: the folder
 * that tests/bench/fanout made, with these files in it. */
#ifndef TESTS_BENCH_WORLD_H
#define TESTS_BENCH_WORLD_H

#include <stdbool.h>

enum { WORLD_TEXT_MAX = 512 };

struct world {
    char socket[WORLD_TEXT_MAX];        /* the service's UNIX socket */
    char submitter[WORLD_TEXT_MAX];     /* Authorization of who submits */
    char approver[WORLD_TEXT_MAX];      /* and of who approves */
    char request[WORLD_TEXT_MAX];       /* file: body of POST /alerts */
    char website[WORLD_TEXT_MAX];       /* http://127.0.0.1:PORT */
    char mqtt_port[WORLD_TEXT_MAX];     /* of the broker on loopback */
    char mqtt_password[WORLD_TEXT_MAX]; /* of the account tuermer */
    char gateway_log[WORLD_TEXT_MAX];   /* file: what the gateway did */
    char post_url[WORLD_TEXT_MAX];      /* where the floor posts to */
};

/* Reads FOLDER/NAME of every field; says on stderr what is missing. */
bool world_load(const char *folder, struct world *w);

#endif
