/* The roof: sub-command in, exit code out. */
#include "service/app.h"
#include "service/cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv, app_serve);
}
