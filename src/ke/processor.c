/*
 * Processors, all of one group.
 */
#include "dispatcher.h"

#define ALL_PROCESSOR_GROUPS 0xffff

/* Below KeNumberProcessors, though Linux may let us run on processors of higher numbers alone. */
ULONG NTAPI KeGetCurrentProcessorNumber(VOID)
{
    return hal_processor_current() % (ULONG)KeNumberProcessors;
}

ULONG NTAPI KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber)
{
    ULONG number = KeGetCurrentProcessorNumber();

    if (ProcNumber) {
        ProcNumber->Group = 0;
        ProcNumber->Number = (UCHAR)number;
        ProcNumber->Reserved = 0;
    }
    return number;
}

KAFFINITY NTAPI KeQueryActiveProcessors(VOID)
{
    return (KAFFINITY)MAXULONGLONG >> (MAXIMUM_PROC_PER_GROUP - KeNumberProcessors);
}

ULONG NTAPI KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors)
{
    if (ActiveProcessors)
        *ActiveProcessors = KeQueryActiveProcessors();
    return (ULONG)KeNumberProcessors;
}

ULONG NTAPI KeQueryMaximumProcessorCount(VOID)
{
    return (ULONG)KeNumberProcessors;
}

ULONG NTAPI KeQueryActiveProcessorCountEx(USHORT GroupNumber)
{
    return GroupNumber == 0 || GroupNumber == ALL_PROCESSOR_GROUPS ? (ULONG)KeNumberProcessors : 0;
}

ULONG NTAPI KeQueryMaximumProcessorCountEx(USHORT GroupNumber)
{
    return KeQueryActiveProcessorCountEx(GroupNumber);
}

USHORT NTAPI KeQueryActiveGroupCount(VOID)
{
    return 1;
}

USHORT NTAPI KeQueryMaximumGroupCount(VOID)
{
    return 1;
}

KAFFINITY NTAPI KeQueryGroupAffinity(USHORT GroupNumber)
{
    return GroupNumber == 0 ? KeQueryActiveProcessors() : 0;
}

NTSTATUS NTAPI KeGetProcessorNumberFromIndex(ULONG ProcIndex, PPROCESSOR_NUMBER ProcNumber)
{
    if (ProcIndex >= (ULONG)KeNumberProcessors)
        return STATUS_INVALID_PARAMETER;
    ProcNumber->Group = 0;
    ProcNumber->Number = (UCHAR)ProcIndex;
    ProcNumber->Reserved = 0;
    return STATUS_SUCCESS;
}

ULONG NTAPI KeGetProcessorIndexFromNumber(PPROCESSOR_NUMBER ProcNumber)
{
    if (ProcNumber->Group != 0 || ProcNumber->Number >= KeNumberProcessors)
        return INVALID_PROCESSOR_INDEX;
    return ProcNumber->Number;
}

/* On x64 the kernel keeps nothing in floating point registers that a driver could spoil. */
NTSTATUS NTAPI KeSaveFloatingPointState(PKFLOATING_SAVE FloatSave)
{
    FloatSave->Dummy = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KeRestoreFloatingPointState(PKFLOATING_SAVE FloatSave)
{
    UNREFERENCED_PARAMETER(FloatSave);
    return STATUS_SUCCESS;
}

ULONG NTAPI KeGetRecommendedSharedDataAlignment(VOID)
{
    return 64;
}
