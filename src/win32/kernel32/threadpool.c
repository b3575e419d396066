/*
 * Work items and registered waits. Each work item and each wait has a thread of
 * its own for as long as it takes: simple, and never short of threads.
 */
#include "../win32.h"

struct work_item {
    LPTHREAD_START_ROUTINE routine;
    PVOID context;
};

static void run_work_item(void *argument)
{
    struct work_item item = *(struct work_item *)argument;
    free(argument);
    item.routine(item.context);
}

BOOL WINAPI QueueUserWorkItem(LPTHREAD_START_ROUTINE routine, PVOID context, ULONG flags)
{
    struct work_item *item = malloc(sizeof *item);
    UNREFERENCED_PARAMETER(flags); /* hints for a pool of few threads */
    if (!item)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    *item = (struct work_item){routine, context};
    if (ntio_host_thread_start(run_work_item, item, 0) < 0) {
        free(item);
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    return TRUE;
}

/* A wait that was registered; what RegisterWaitForSingleObject's handle points to. */
struct registered_wait {
    HANDLE object;
    WAITORTIMERCALLBACK callback;
    PVOID context;
    DWORD milliseconds;
    BOOL once;
    HANDLE stop;     /* event: the wait is to end */
    HANDLE ended;    /* event: no callback runs any more */
    HANDLE notify;   /* of UnregisterWaitEx: set at the end, or NULL */
    LONG references; /* the program's and the thread's, atomic */
};

static void release(struct registered_wait *wait)
{
    if (__atomic_sub_fetch(&wait->references, 1, __ATOMIC_ACQ_REL))
        return;
    NtClose(wait->stop);
    NtClose(wait->ended);
    free(wait);
}

static void run_wait(void *argument)
{
    struct registered_wait *wait = argument;
    HANDLE handles[2] = {wait->stop, wait->object};
    for (;;) {
        DWORD why = WaitForMultipleObjects(2, handles, FALSE, wait->milliseconds);
        if (why != WAIT_TIMEOUT && why != WAIT_OBJECT_0 + 1 && why != WAIT_ABANDONED_0 + 1)
            break;
        wait->callback(wait->context, why == WAIT_TIMEOUT);
        if (wait->once)
            break;
    }
    SetEvent(wait->ended);
    /* Sequential consistency: either this finds notify, or UnregisterWaitEx finds ended set. */
    HANDLE notify = __atomic_load_n(&wait->notify, __ATOMIC_SEQ_CST);
    if (notify)
        SetEvent(notify);
    release(wait);
}

BOOL WINAPI RegisterWaitForSingleObject(PHANDLE handle, HANDLE object, WAITORTIMERCALLBACK callback,
                                        PVOID context, ULONG milliseconds, ULONG flags)
{
    struct registered_wait *wait = calloc(1, sizeof *wait);
    if (!wait)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    wait->object = object;
    wait->callback = callback;
    wait->context = context;
    wait->milliseconds = milliseconds;
    wait->once = (flags & WT_EXECUTEONLYONCE) != 0;
    wait->references = 2;
    wait->stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    wait->ended = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (wait->stop && wait->ended && ntio_host_thread_start(run_wait, wait, 0) == 0) {
        *handle = wait;
        return TRUE;
    }
    if (wait->stop)
        NtClose(wait->stop);
    if (wait->ended)
        NtClose(wait->ended);
    free(wait);
    return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
}

/*
 * event: NULL to return at once (ERROR_IO_PENDING if a callback may run yet),
 * INVALID_HANDLE_VALUE to wait for the callback, or an event to set at its end.
 */
BOOL WINAPI UnregisterWaitEx(HANDLE handle, HANDLE event)
{
    struct registered_wait *wait = handle;
    if (!wait || handle == INVALID_HANDLE_VALUE)
        return win32_fail(ERROR_INVALID_HANDLE);
    BOOL wants_event = event && event != INVALID_HANDLE_VALUE;
    if (wants_event)
        __atomic_store_n(&wait->notify, event, __ATOMIC_SEQ_CST);
    SetEvent(wait->stop);
    if (event == INVALID_HANDLE_VALUE)
        WaitForSingleObject(wait->ended, INFINITE);
    BOOL ended = WaitForSingleObject(wait->ended, 0) == WAIT_OBJECT_0;
    if (ended && wants_event)
        SetEvent(event);
    release(wait);
    return ended ? TRUE : win32_fail(ERROR_IO_PENDING);
}

BOOL WINAPI UnregisterWait(HANDLE handle)
{
    return UnregisterWaitEx(handle, NULL);
}
