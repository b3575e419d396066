/*
 * Copies between kernel and program, and the probes: everything that touches a
 * program's addresses on a driver's or the I/O manager's behalf.
 */
#include "mm_private.h"
#include "../ke/ke.h"

NTSTATUS mm_copy_from_user(PVOID to, const VOID *from, SIZE_T bytes)
{
    struct mm_space *space = mm_current_space();

    if (!space || !mm_is_user_range((ULONG64)from, bytes))
        return STATUS_ACCESS_VIOLATION;
    return mm_copy_in(space, to, (ULONG64)from, bytes) == HAL_OK ? STATUS_SUCCESS
                                                                 : STATUS_ACCESS_VIOLATION;
}

NTSTATUS mm_copy_to_space(struct mm_space *space, PVOID to, const VOID *from, SIZE_T bytes)
{
    if (!space || !mm_is_user_range((ULONG64)to, bytes))
        return STATUS_ACCESS_VIOLATION;
    return mm_copy_out(space, (ULONG64)to, from, bytes) == HAL_OK ? STATUS_SUCCESS
                                                                  : STATUS_ACCESS_VIOLATION;
}

NTSTATUS mm_answer(struct mm_space *space, PIO_STATUS_BLOCK to, const IO_STATUS_BLOCK *answer)
{
    if (!space || !mm_is_user_range((ULONG64)to, sizeof(*to)))
        return STATUS_ACCESS_VIOLATION;
    return mm_write_answer(space, (ULONG64)to, answer) == HAL_OK ? STATUS_SUCCESS
                                                                 : STATUS_ACCESS_VIOLATION;
}

NTSTATUS mm_copy_to_user(PVOID to, const VOID *from, SIZE_T bytes)
{
    return mm_copy_to_space(mm_current_space(), to, from, bytes);
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
    struct mm_space *space = mm_current_space();
    ULONG64 end = (ULONG64)address + bytes;
    if (!space)
        return STATUS_ACCESS_VIOLATION;
    for (ULONG64 page = (ULONG64)address; page < end; page = (page | (PAGE_SIZE - 1)) + 1) {
        if (mm_touch(space, page, TRUE) != HAL_OK)
            return STATUS_ACCESS_VIOLATION;
    }
    return STATUS_SUCCESS;
}

NTSTATUS mm_probe_own(PVOID address, SIZE_T bytes, ULONG alignment)
{
    NTSTATUS status = mm_probe_for_read(address, bytes, alignment);
    struct mm_space *space = mm_current_space();
    int error = HAL_EFAULT;

    if (!NT_SUCCESS(status))
        return status;
    if (space)
        error = space->program ? mm_touch(space, (ULONG64)address, TRUE)
                               : hal_copy_guarded(address, address, bytes, NULL);
    return error == HAL_OK ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
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
