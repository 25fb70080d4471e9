/* File descriptors kept free for a connection to come. A flood at the website
 * may take every descriptor of the process; a broker that restarts in that
 * moment must still be reached. They are also low ones: mosquitto_loop() uses
 * select(), which ends at FD_SETSIZE. */
#ifndef CHANNELS_DISPLAYS_SPARE_H
#define CHANNELS_DISPLAYS_SPARE_H

/* Socket pair, socket, certificate file, name look-up. */
enum { SPARE_DESCRIPTORS = 6 };

struct spare {
    int fds[SPARE_DESCRIPTORS]; /* -1: none */
};

/* None yet. */
void spare_init(struct spare *s);

/* Takes as many as there are. */
void spare_take(struct spare *s);

/* Lets them go, right before they are needed. */
void spare_drop(struct spare *s);

#endif
