/*
 * Questions about addresses: is it valid, which physical address, and back.
 */
#include "mm_private.h"
#include "../ke/ke.h"
#include "../rtl/rtl.h"

BOOLEAN NTAPI MmIsAddressValid(PVOID VirtualAddress)
{
    ULONG64 address = (ULONG64)VirtualAddress;
    if (mm_is_io_address(address))
        return mm_io_physical(address) != 0;
    if (mm_is_system_address(address) && address < MM_PTE_BASE)
        return mm_is_frame_in_use((address - MM_DIRECT_MAP) >> PAGE_SHIFT);
    return hal_touch_read(address) == HAL_OK;
}

BOOLEAN NTAPI MmIsNonPagedSystemAddressValid(PVOID VirtualAddress)
{
    return mm_is_system_address((ULONG64)VirtualAddress) && MmIsAddressValid(VirtualAddress);
}

/*
 * Memory of the program has a physical address once it has taken part in I/O;
 * before that, and for what is not mapped, the answer is 0.
 */
PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID BaseAddress)
{
    PFN_NUMBER frame = mm_frame_of((ULONG64)BaseAddress);
    PHYSICAL_ADDRESS physical = {.QuadPart = 0};
    if (frame)
        physical.QuadPart = (LONGLONG)((frame << PAGE_SHIFT) + BYTE_OFFSET(BaseAddress));
    else
        physical.QuadPart = (LONGLONG)mm_io_physical((ULONG64)BaseAddress);
    return physical;
}

PVOID NTAPI MmGetVirtualForPhysical(PHYSICAL_ADDRESS PhysicalAddress)
{
    PFN_NUMBER frame = (ULONG64)PhysicalAddress.QuadPart >> PAGE_SHIFT;
    if (!mm_is_frame(frame))
        return NULL;
    return (PUCHAR)mm_frame_address(frame) + PhysicalAddress.QuadPart % PAGE_SIZE;
}

MM_SYSTEMSIZE NTAPI MmQuerySystemSize(VOID)
{
    return MmLargeSystem;
}

/* ---- Names ------------------------------------------------------------- */

/* Beginnings of what the kernel exports; the process has other symbols that no driver may get. */
static const PCSTR prefixes[] = {"Cc",  "Cm",     "Dbg",   "Ex",   "FsRtl", "Hal", "Interlocked",
                                 "Io",  "Kd",     "Ke",    "Kf",   "Ki",    "Mm",  "Nt",
                                 "Ob",  "Po",     "Probe", "Ps",   "READ_", "Rtl", "Se",
                                 "Wmi", "WRITE_", "Zw",    "ntio_"};

static BOOLEAN is_kernel_name(PCSTR name)
{
    for (ULONG index = 0; index < RTL_NUMBER_OF(prefixes); index++) {
        SIZE_T length = strlen(prefixes[index]);
        if (!memcmp(name, prefixes[index], length) && name[length])
            return TRUE;
    }
    return FALSE;
}

PVOID NTAPI MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)
{
    CHAR name[128] = {0};
    SIZE_T bytes =
        rtl_utf8_from_utf16(NULL, 0, SystemRoutineName->Buffer, SystemRoutineName->Length);

    KE_ASSERT_IRQL(PASSIVE_LEVEL);
    if (bytes >= sizeof(name))
        return NULL;
    rtl_utf8_from_utf16(name, sizeof(name) - 1, SystemRoutineName->Buffer,
                        SystemRoutineName->Length);
    return is_kernel_name(name) ? hal_image_symbol(NULL, name) : NULL;
}

/* ---- Pageable code ----------------------------------------------------- */

/*
 * Drivers' code and data are always resident here. So a section that is asked
 * to be locked is, and one that may be paged stays where it is.
 */
PVOID NTAPI MmLockPagableDataSection(PVOID AddressWithinSection)
{
    return PAGE_ALIGN(AddressWithinSection);
}

VOID NTAPI MmLockPagableSectionByHandle(PVOID ImageSectionHandle)
{
    UNREFERENCED_PARAMETER(ImageSectionHandle);
}

VOID NTAPI MmUnlockPagableImageSection(PVOID ImageSectionHandle)
{
    UNREFERENCED_PARAMETER(ImageSectionHandle);
}

PVOID NTAPI MmPageEntireDriver(PVOID AddressWithinSection)
{
    return PAGE_ALIGN(AddressWithinSection);
}

VOID NTAPI MmResetDriverPaging(PVOID AddressWithinSection)
{
    UNREFERENCED_PARAMETER(AddressWithinSection);
}
