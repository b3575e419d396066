/*
 * What the kernel has left of programs: pool by tag, and pages that are shared or locked, as its
 * monitor tells.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../src/hal/monitor_path.h"

/* Blocks of a tag that caches may keep: an MDL's cache holds as many. */
#define CACHED_MDLS 128

/* All of the monitor's answer; false if there is none. */
static bool ask(pid_t kernel, char *text, size_t size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int monitor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t length = 0;
    ssize_t got = -1;

    if (monitor >= 0 && monitor_path(address.sun_path, sizeof address.sun_path, (unsigned)kernel) &&
        !connect(monitor, (struct sockaddr *)&address, sizeof address) &&
        send(monitor, "pool", 4, MSG_NOSIGNAL) == 4)
        while (length < size - 1 && (got = recv(monitor, text + length, size - 1 - length, 0)) > 0)
            length += (size_t)got;
    close(monitor);
    text[length] = 0;
    return !got && length;
}

/* A row: the tag's four characters, where it is, allocations, frees, those in use, bytes. */
static void take_row(struct rest *rest, const char *line)
{
    struct rest_row *row = &rest->rows[rest->count];
    unsigned long long in_use, pages;

    if (sscanf(line, "pages of programs that are shared or locked: %llu", &pages) == 1)
        rest->pages = pages;
    else if (rest->count < REST_ROWS && strlen(line) > 5 &&
             sscanf(line + 5, "%8s %*u %*u %llu", row->pool, &in_use) == 2) {
        memcpy(row->tag, line, 4);
        row->in_use = in_use;
        rest->count++;
    }
}

bool rest_query(pid_t kernel, struct rest *rest)
{
    static char text[64 * 1024];
    char *line, *next;

    *rest = (struct rest){.pages = 0};
    if (!ask(kernel, text, sizeof text))
        return false;
    for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next))
        take_row(rest, line);
    return rest->count != 0;
}

static uint64_t in_use(const struct rest *rest, const struct rest_row *like)
{
    for (unsigned i = 0; i < rest->count; i++)
        if (!strcmp(rest->rows[i].tag, like->tag) && !strcmp(rest->rows[i].pool, like->pool))
            return rest->rows[i].in_use;
    return 0;
}

/* What an administrator has put into the registry or the device tree stays there. */
static uint64_t may_have(const struct rest *before, const struct rest_row *row, bool is_ordinary)
{
    if (!strcmp(row->tag, "MMdl"))
        return in_use(before, row) + CACHED_MDLS;
    if (!strcmp(row->tag, "CReg") ||
        (!is_ordinary && strcmp(row->tag, "IrIp") && strcmp(row->tag, "IBuf")))
        return UINT64_MAX;
    return in_use(before, row);
}

const struct rest_row *rest_find(const struct rest *before, const struct rest *now,
                                 bool is_ordinary)
{
    static const struct rest_row pages = {"page", "shared", 0};

    for (unsigned i = 0; i < now->count; i++)
        if (now->rows[i].in_use > may_have(before, &now->rows[i], is_ordinary))
            return &now->rows[i];
    return now->pages > before->pages ? &pages : NULL;
}
