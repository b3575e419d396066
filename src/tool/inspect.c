/*
 * ntio pool, tree, handles and device: questions to the monitor of a running process.
 */
#include "build.h"
#include "model.h"
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
        die(EXIT_USAGE,
            "process %u cannot be looked into (%s): it must be a program that runs under ntio, "
            "and yours",
            process, strerror(errno));
    return fd;
}

/* Sends a request; a new string with the whole answer. */
static char *ask(unsigned process, const char *request)
{
    char buffer[4096], *answer = text_copy("", 0);
    size_t total = 0;
    ssize_t length;
    int fd = connect_to(process);

    if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
        die(EXIT_USAGE, "process %u does not listen: %s", process, strerror(errno));
    while ((length = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        char *longer = realloc(answer, total + (size_t)length + 1);
        if (!longer)
            die(EXIT_USAGE, "out of memory");
        answer = longer;
        memcpy(answer + total, buffer, (size_t)length);
        total += (size_t)length;
        answer[total] = '\0';
    }
    close(fd);
    return answer;
}

int command_inspect(int argc, char **argv)
{
    if (argc > 2 || (argc == 2 && !strtoul(argv[1], NULL, 10)))
        die(EXIT_USAGE, "usage: ntio %s [PID]", argv[0]);
    unsigned process = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : find_process();
    char *answer = ask(process, argv[0]);
    fputs(answer, stdout);
    free(answer);
    return 0;
}

static const char device_usage[] =
    "usage: ntio device [-p PID] [COMMAND [NAME]]\n\n"
    "  add ID                 add a device with a hardware id of an INF that was installed\n"
    "  add MODEL.so[,OPTIONS] plug a simulated device in; surprise-remove pulls it out\n"
    "  remove NAME            remove a device; its drivers may refuse\n"
    "  surprise-remove NAME   take it away without asking\n"
    "  eject NAME             eject it\n"
    "  disable NAME           stop its drivers; enable NAME starts them again\n"
    "  sleep [S1|S2|S3|S4]    put the system to sleep\n"
    "  sleep NAME             let a device be idle\n"
    "  wake [NAME]            wake the system, by a device that is armed for it\n\n"
    "NAME is an instance path, or a part of one or of a description that is unique.\n"
    "Without a command it shows the devices.\n";

int command_device(int argc, char **argv)
{
    unsigned process = 0;
    int first = 1;

    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(device_usage, stdout);
        return 0;
    }
    if (argc > 2 && !strcmp(argv[1], "-p")) {
        process = (unsigned)strtoul(argv[2], NULL, 10);
        first = 3;
    }
    if (first < argc && argv[first][0] == '-') {
        fputs(device_usage, stderr);
        return EXIT_USAGE;
    }
    char *request = text_copy("device", 6);
    for (int i = first; i < argc; i++) {
        char *model = i > first ? model_path(argv[i]) : NULL;
        char *longer = text_format("%s %s", request, model ? model : argv[i]);
        free(model);
        free(request);
        request = longer;
    }
    char *answer = ask(process ? process : find_process(), request);
    const char *error = strstr(answer, "error: ");
    bool failed = error && (error == answer || error[-1] == '\n');
    if (failed)
        fprintf(stderr, "ntio: %s", error + strlen("error: "));
    fwrite(answer, 1, failed ? (size_t)(error - answer) : strlen(answer), stdout);
    free(request);
    free(answer);
    return failed ? EXIT_LOAD : 0;
}
