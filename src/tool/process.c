#include "toolchain.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Output goes to files, or with NULL where the command's own goes. */
static int run(const struct text_list *command, bool is_verbose, const char *output,
               const char *errors)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_t actions;
    pid_t child;

    posix_spawn_file_actions_init(&actions);
    if (output)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, flags, 0666);
    if (errors)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, flags, 0666);
    if (is_verbose) {
        for (size_t i = 0; i < command->count; i++)
            fprintf(stderr, "%s%s", i ? " " : "", command->items[i]);
        fputc('\n', stderr);
    }
    int error = posix_spawnp(&child, command->items[0], &actions, NULL, command->items, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error)
        die(EXIT_BUILD, "%s cannot be run: %s", command->items[0], strerror(error));
    return wait_for(child);
}

int process_run(const struct text_list *command, bool is_verbose)
{
    return run(command, is_verbose, NULL, NULL);
}

int process_run_into(const struct text_list *command, bool is_verbose, const char *output,
                     const char *errors)
{
    return run(command, is_verbose, output, errors);
}

char *process_output(const struct text_list *command)
{
    int ends[2];
    pid_t child;
    char *text = NULL, buffer[4096];
    size_t size;
    posix_spawn_file_actions_t actions;

    if (pipe(ends))
        die(EXIT_BUILD, "no pipe: %s", strerror(errno));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    int error = posix_spawnp(&child, command->items[0], &actions, NULL, command->items, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error)
        die(EXIT_BUILD, "%s cannot be run: %s", command->items[0], strerror(error));
    FILE *out = open_memstream(&text, &size);
    for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;)
        fwrite(buffer, 1, (size_t)n, out);
    fclose(out);
    close(ends[0]);
    if (wait_for(child))
        die(EXIT_BUILD, "%s failed", command->items[0]);
    text[strcspn(text, "\n")] = '\0';
    return text;
}
