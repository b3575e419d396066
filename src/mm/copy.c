/*
 * Copies between kernel and program, and the probes: everything that touches a
 * program's addresses on a driver's or the I/O manager's behalf.
 */
#include "mm_private.h"
#include "../ke/ke.h"

NTSTATUS mm_copy_from_user(PVOID to, const VOID *from, SIZE_T bytes)
{
    if (!mm_is_user_range((ULONG64)from, bytes))
        return STATUS_ACCESS_VIOLATION;
    return hal_copy_guarded(to, from, bytes, NULL) == HAL_OK ? STATUS_SUCCESS
                                                             : STATUS_ACCESS_VIOLATION;
}

NTSTATUS mm_copy_to_user(PVOID to, const VOID *from, SIZE_T bytes)
{
    if (!mm_is_user_range((ULONG64)to, bytes))
        return STATUS_ACCESS_VIOLATION;
    return hal_copy_guarded(to, from, bytes, NULL) == HAL_OK ? STATUS_SUCCESS
                                                             : STATUS_ACCESS_VIOLATION;
}

/* A range of no bytes passes whatever its address, as on NT. */
NTSTATUS mm_probe_for_read(const volatile VOID *address, SIZE_T bytes, ULONG alignment)
{
    if (!bytes)
        return STATUS_SUCCESS;
    if ((ULONG64)address & (alignment - 1))
        return STATUS_DATATYPE_MISALIGNMENT;
    return mm_is_user_range((ULONG64)address, bytes) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS mm_probe_for_write(volatile VOID *address, SIZE_T bytes, ULONG alignment)
{
    NTSTATUS status = mm_probe_for_read(address, bytes, alignment);
    if (!bytes || !NT_SUCCESS(status))
        return status;
    ULONG64 end = (ULONG64)address + bytes;
    for (ULONG64 page = (ULONG64)address; page < end; page = (page | (PAGE_SIZE - 1)) + 1) {
        if (hal_touch_write(page) != HAL_OK)
            return STATUS_ACCESS_VIOLATION;
    }
    return STATUS_SUCCESS;
}

NTSTATUS mm_probe_own(PVOID address, SIZE_T bytes, ULONG alignment)
{
    NTSTATUS status = mm_probe_for_read(address, bytes, alignment);
    if (NT_SUCCESS(status) && hal_copy_guarded(address, address, bytes, NULL) != HAL_OK)
        status = STATUS_ACCESS_VIOLATION;
    return status;
}

VOID NTAPI ProbeForRead(CONST VOID *Address, SIZE_T Length, ULONG Alignment)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    NTSTATUS status = mm_probe_for_read(Address, Length, Alignment);
    if (!NT_SUCCESS(status))
        ExRaiseStatus(status);
}

VOID NTAPI ProbeForWrite(PVOID Address, SIZE_T Length, ULONG Alignment)
{
    KE_ASSERT_IRQL(APC_LEVEL);
    NTSTATUS status = mm_probe_for_write(Address, Length, Alignment);
    if (!NT_SUCCESS(status))
        ExRaiseStatus(status);
}
