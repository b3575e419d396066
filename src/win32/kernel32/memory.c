/*
 * Pages: VirtualAlloc and its kin.
 */
#include "../win32.h"

LPVOID WINAPI VirtualAllocEx(HANDLE process, LPVOID address, SIZE_T size, DWORD type,
                             DWORD protection)
{
    PVOID base = address;
    if (!win32_result(NtAllocateVirtualMemory(process, &base, 0, &size, type, protection)))
        return NULL;
    return base;
}

LPVOID WINAPI VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protection)
{
    return VirtualAllocEx(NT_CURRENT_PROCESS, address, size, type, protection);
}

BOOL WINAPI VirtualFreeEx(HANDLE process, LPVOID address, SIZE_T size, DWORD type)
{
    if (type & MEM_RELEASE && size)
        return win32_fail(ERROR_INVALID_PARAMETER);
    return win32_result(NtFreeVirtualMemory(process, &address, &size, type));
}

BOOL WINAPI VirtualFree(LPVOID address, SIZE_T size, DWORD type)
{
    return VirtualFreeEx(NT_CURRENT_PROCESS, address, size, type);
}

BOOL WINAPI VirtualProtect(LPVOID address, SIZE_T size, DWORD protection, PDWORD previous)
{
    return win32_result(
        NtProtectVirtualMemory(NT_CURRENT_PROCESS, &address, &size, protection, (PULONG)previous));
}

SIZE_T WINAPI VirtualQuery(LPCVOID address, PMEMORY_BASIC_INFORMATION information, SIZE_T length)
{
    SIZE_T returned = 0;
    NTSTATUS status =
        NtQueryVirtualMemory(NT_CURRENT_PROCESS, (PVOID)address, 0, information, length, &returned);
    return win32_result(status) ? returned : 0;
}

static BOOL touch(const volatile UCHAR *address, UINT_PTR size, BOOL write)
{
    MEMORY_BASIC_INFORMATION page;
    const DWORD writable =
        PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    const volatile UCHAR *end = address + size;
    while (address < end) {
        if (!VirtualQuery((LPCVOID)address, &page, sizeof page) || page.State != MEM_COMMIT ||
            page.Protect & (PAGE_NOACCESS | PAGE_GUARD) || (write && !(page.Protect & writable)))
            return TRUE;
        address = (UCHAR *)page.BaseAddress + page.RegionSize;
    }
    return FALSE;
}

/* TRUE, as Windows' are, if the memory is bad. */
BOOL WINAPI IsBadReadPtr(LPCVOID address, UINT_PTR size)
{
    return touch(address, size, FALSE);
}

BOOL WINAPI IsBadWritePtr(LPVOID address, UINT_PTR size)
{
    return touch(address, size, TRUE);
}
