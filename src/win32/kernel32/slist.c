/*
 * Interlocked singly linked lists: the kernel's own, by the names that programs
 * use. The kernel exports InitializeSListHead for both.
 */
#include "../win32.h"

PSLIST_ENTRY ExpInterlockedPushEntrySList(PSLIST_HEADER header, PSLIST_ENTRY entry);
PSLIST_ENTRY ExpInterlockedPopEntrySList(PSLIST_HEADER header);
PSLIST_ENTRY ExpInterlockedFlushSList(PSLIST_HEADER header);
USHORT ExQueryDepthSList(PSLIST_HEADER header);

PSLIST_ENTRY WINAPI InterlockedPushEntrySList(PSLIST_HEADER header, PSLIST_ENTRY entry)
{
    return ExpInterlockedPushEntrySList(header, entry);
}

PSLIST_ENTRY WINAPI InterlockedPopEntrySList(PSLIST_HEADER header)
{
    return ExpInterlockedPopEntrySList(header);
}

PSLIST_ENTRY WINAPI InterlockedFlushSList(PSLIST_HEADER header)
{
    return ExpInterlockedFlushSList(header);
}

USHORT WINAPI QueryDepthSList(PSLIST_HEADER header)
{
    return ExQueryDepthSList(header);
}
