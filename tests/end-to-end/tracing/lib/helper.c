/*
 * A part of the driver that is a static library, with messages from a message file.
 */
#include <ntddk.h>
#include "helper.h"
#include "messages.h"

VOID helper_traces(ULONG Count)
{
    DbgPrint("helper: %u, message %08X %08X\n", Count, HELPER_STARTED, HELPER_FAILED);
}
