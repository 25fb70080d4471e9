/* Where sessions of the command line lie, for login.c and client.c. */
#ifndef SERVICE_CLI_CLIENT_H
#define SERVICE_CLI_CLIENT_H

#include "service/cli/cli.h"

enum { CLIENT_PATH_MAX = 640, CLIENT_TOKEN_MAX = 64 };

/* $TUERMER_SESSION_DIR, else $XDG_RUNTIME_DIR/tuermer, else
 * $HOME/.cache/tuermer-session. ERR_NOT_FOUND when none is set. */
enum err_code client_session_folder(char path[CLIENT_PATH_MAX], struct err *e);

/* The file of NAME's session in it; NAME is checked. */
enum err_code client_session_path(const char *name, char path[CLIENT_PATH_MAX],
                                  struct err *e);

#endif
