/*
 * Why a program is not served: in the kernel's log and at the program's end, the same words.
 */
#pragma once

#include <ntifs.h>

/* What it was, and what to do about it; NULL: nothing is known but the status. */
static inline PCSTR lpc_refusal(NTSTATUS status)
{
    switch (status) {
    case STATUS_CONNECTION_COUNT_LIMIT:
        return "it serves as many programs as it may: end one, or see ntio serve --programs";
    case STATUS_TOO_MANY_OPENED_FILES:
        return "it has no file descriptors left: raise its limit (ulimit -n, or LimitNOFILE= of "
               "its unit)";
    case STATUS_DISK_FULL:
        return "there is no room for the program's pages: raise the kernel's limit of file sizes "
               "(ulimit -f), or make room in memory";
    case STATUS_INSUFFICIENT_RESOURCES:
    case STATUS_NO_MEMORY:
    case STATUS_RETRY: /* Linux' word for no more threads */
        return "it has no memory or no threads left: end programs, or raise its limits (ulimit -u, "
               "TasksMax= of its unit, vm.max_map_count)";
    case STATUS_INVALID_PARAMETER:
        return "what it sent is no hello of ntio's channel";
    case STATUS_REVISION_MISMATCH:
        return "they speak different versions of the channel: use both from one ntio";
    case STATUS_NOT_SUPPORTED:
        return "its user is in more than 64 groups, which no token has room for";
    default:
        return NULL;
    }
}
