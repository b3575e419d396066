/*
 * ntio pool, tree and handles: questions to the monitor of a running process.
 */
#include "build.h"
#include "../hal/monitor_path.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* The process that is meant when none is named: the only one that runs. */
static unsigned find_process(void)
{
    char folder[96];
    unsigned found = 0, count = 0;

    DIR *dir = monitor_folder(folder, sizeof folder) ? opendir(folder) : NULL;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char *end;
        unsigned long number = strtoul(entry->d_name, &end, 10);
        if (!number || *end || (kill((pid_t)number, 0) && errno == ESRCH))
            continue;
        found = (unsigned)number;
        count++;
    }
    if (dir)
        closedir(dir);
    if (!count)
        die(EXIT_USAGE, "no program is running to look into: start one in another terminal, "
                        "with ntio run DRIVER -- PROGRAM");
    if (count > 1)
        die(EXIT_USAGE, "%u programs are running: say which by its process number (see ps)", count);
    return found;
}

static int connect_to(unsigned process)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || !monitor_path(address.sun_path, sizeof address.sun_path, process) ||
        connect(fd, (struct sockaddr *)&address, sizeof address))
        die(EXIT_USAGE, "process %u cannot be looked into (%s): it must be a program that runs under ntio, "
                        "and yours", process, strerror(errno));
    return fd;
}

int command_inspect(int argc, char **argv)
{
    char buffer[4096];
    ssize_t length;

    if (argc > 2 || (argc == 2 && !strtoul(argv[1], NULL, 10)))
        die(EXIT_USAGE, "usage: ntio %s [PID]", argv[0]);
    unsigned process = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : find_process();
    int fd = connect_to(process);
    if (send(fd, argv[0], strlen(argv[0]), MSG_NOSIGNAL) < 0)
        die(EXIT_USAGE, "process %u does not listen: %s", process, strerror(errno));
    while ((length = recv(fd, buffer, sizeof buffer, 0)) > 0)
        fwrite(buffer, 1, (size_t)length, stdout);
    close(fd);
    return 0;
}
