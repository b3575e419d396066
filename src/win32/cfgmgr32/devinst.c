/*
 * Numbers for devices.
 */
#include "cfgmgr.h"

static struct {
    SRWLOCK lock; /* guards what follows; texts are never freed */
    PWSTR *instances;
    DWORD count, room;
} table;

/* 0 if there is no memory. */
DEVINST cfg_devinst(PCWSTR instance)
{
    DEVINST found = 0;

    AcquireSRWLockExclusive(&table.lock);
    for (DWORD i = 0; i < table.count && !found; i++)
        if (win32_same_text(table.instances[i], instance))
            found = i + 1;
    if (!found && table.count == table.room) {
        DWORD room = table.room ? 2 * table.room : 16;
        PWSTR *grown = realloc(table.instances, room * sizeof *grown);
        if (grown) {
            table.instances = grown;
            table.room = room;
        }
    }
    if (!found && table.count < table.room) {
        SIZE_T bytes = (win32_length(instance) + 1) * sizeof(WCHAR);
        PWSTR copy = malloc(bytes);
        if (copy) {
            memcpy(copy, instance, bytes);
            table.instances[table.count++] = copy;
            found = table.count;
        }
    }
    ReleaseSRWLockExclusive(&table.lock);
    return found;
}

PCWSTR cfg_instance(DEVINST device)
{
    PCWSTR instance = NULL;

    AcquireSRWLockShared(&table.lock);
    if (device && device <= table.count)
        instance = table.instances[device - 1];
    ReleaseSRWLockShared(&table.lock);
    return instance;
}
