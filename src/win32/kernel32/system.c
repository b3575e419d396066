/*
 * The machine that the program runs on.
 */
#include "../win32.h"

enum {
    VERSION_MAJOR = 10,
    VERSION_BUILD = 22621, /* what NTDDI_WIN10 programs are built for runs on it */
    LOWEST_ADDRESS = 0x10000,
    GRANULARITY = 0x10000,
};

VOID WINAPI GetSystemInfo(LPSYSTEM_INFO info)
{
    DWORD processors = ntio_host_processor_count();
    memset(info, 0, sizeof *info);
    info->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
    info->dwPageSize = 4096;
    info->lpMinimumApplicationAddress = (LPVOID)LOWEST_ADDRESS;
    info->lpMaximumApplicationAddress = (LPVOID)0x7FFFFFFFEFFF;
    info->dwActiveProcessorMask =
        processors >= 64 ? ~(DWORD_PTR)0 : ((DWORD_PTR)1 << processors) - 1;
    info->dwNumberOfProcessors = processors;
    info->dwProcessorType = PROCESSOR_AMD_X8664;
    info->dwAllocationGranularity = GRANULARITY;
    info->wProcessorLevel = 6;
}

BOOL WINAPI GetProcessAffinityMask(HANDLE process, PDWORD_PTR own, PDWORD_PTR all)
{
    SYSTEM_INFO info;

    if (process != GetCurrentProcess())
        return win32_fail(ERROR_INVALID_HANDLE);
    GetSystemInfo(&info);
    *own = *all = info.dwActiveProcessorMask;
    return TRUE;
}

VOID WINAPI GetNativeSystemInfo(LPSYSTEM_INFO info)
{
    GetSystemInfo(info);
}

BOOL WINAPI GlobalMemoryStatusEx(LPMEMORYSTATUSEX status)
{
    unsigned long long total, available;
    if (status->dwLength != sizeof *status)
        return win32_fail(ERROR_INVALID_PARAMETER);
    ntio_host_memory(&total, &available);
    status->ullTotalPhys = status->ullTotalPageFile = total;
    status->ullAvailPhys = status->ullAvailPageFile = available;
    status->ullTotalVirtual = status->ullAvailVirtual = 0x7FFFFFFE0000;
    status->ullAvailExtendedVirtual = 0;
    status->dwMemoryLoad = total ? (DWORD)(100 - available * 100 / total) : 0;
    return TRUE;
}

DWORD WINAPI GetVersion(VOID)
{
    return VERSION_BUILD << 16 | VERSION_MAJOR;
}

/* The fields that the long and the short structure have both, and those of the long one. */
BOOL WINAPI GetVersionExW(LPOSVERSIONINFOW version)
{
    OSVERSIONINFOEXW *extended = (OSVERSIONINFOEXW *)version;
    DWORD size = version->dwOSVersionInfoSize;
    if (size != sizeof *version && size != sizeof *extended)
        return win32_fail(ERROR_INSUFFICIENT_BUFFER);
    memset(version, 0, size);
    version->dwOSVersionInfoSize = size;
    version->dwMajorVersion = VERSION_MAJOR;
    version->dwBuildNumber = VERSION_BUILD;
    version->dwPlatformId = VER_PLATFORM_WIN32_NT;
    if (size == sizeof *extended)
        extended->wProductType = VER_NT_WORKSTATION;
    return TRUE;
}

BOOL WINAPI GetVersionExA(LPOSVERSIONINFOA version)
{
    OSVERSIONINFOEXA *extended = (OSVERSIONINFOEXA *)version;
    DWORD size = version->dwOSVersionInfoSize;
    if (size != sizeof *version && size != sizeof *extended)
        return win32_fail(ERROR_INSUFFICIENT_BUFFER);
    memset(version, 0, size);
    version->dwOSVersionInfoSize = size;
    version->dwMajorVersion = VERSION_MAJOR;
    version->dwBuildNumber = VERSION_BUILD;
    version->dwPlatformId = VER_PLATFORM_WIN32_NT;
    if (size == sizeof *extended)
        extended->wProductType = VER_NT_WORKSTATION;
    return TRUE;
}

BOOL WINAPI IsProcessorFeaturePresent(DWORD feature)
{
    switch (feature) {
    case PF_COMPARE_EXCHANGE_DOUBLE:
    case PF_COMPARE_EXCHANGE128:
    case PF_MMX_INSTRUCTIONS_AVAILABLE:
    case PF_XMMI_INSTRUCTIONS_AVAILABLE:
    case PF_XMMI64_INSTRUCTIONS_AVAILABLE:
    case PF_RDTSC_INSTRUCTION_AVAILABLE:
    case PF_NX_ENABLED:
        return TRUE; /* every processor of this architecture has them */
    default:
        return FALSE;
    }
}

BOOL WINAPI GetComputerNameW(LPWSTR buffer, LPDWORD size)
{
    char name[256];
    PWSTR wide = ntio_host_name(name, sizeof name) < 0 ? NULL : win32_wide(name);
    if (!wide)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    DWORD length = win32_copy_wide(wide, buffer, *size);
    BOOL fits = length < *size;
    free(wide);
    *size = length;
    return fits ? TRUE : win32_fail(ERROR_BUFFER_OVERFLOW);
}

BOOL WINAPI GetComputerNameA(LPSTR buffer, LPDWORD size)
{
    char name[256];
    if (ntio_host_name(name, sizeof name) < 0)
        return win32_fail(ERROR_NOT_ENOUGH_MEMORY);
    DWORD length = (DWORD)strlen(name);
    BOOL fits = length < *size;
    if (fits)
        memcpy(buffer, name, length + 1);
    *size = fits ? length : length + 1;
    return fits ? TRUE : win32_fail(ERROR_BUFFER_OVERFLOW);
}

/* A number of handles for which the error mode has no meaning is still remembered. */
static UINT error_mode;

UINT WINAPI SetErrorMode(UINT mode)
{
    return __atomic_exchange_n(&error_mode, mode, __ATOMIC_RELAXED);
}

UINT WINAPI GetErrorMode(VOID)
{
    return __atomic_load_n(&error_mode, __ATOMIC_RELAXED);
}
