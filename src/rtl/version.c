/*
 * The Windows that ntio presents itself as: 10.0, build 22621, a workstation.
 */
#include "rtl.h"

#include <string.h>

enum {
    MAJOR = 10,
    MINOR = 0,
    BUILD = 22621,
    PLATFORM_NT = 2,
    NTDDI = 0x0A00000B,
    BITS_PER_CONDITION = 3,
};

NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW lpVersionInformation)
{
    ULONG size = lpVersionInformation->dwOSVersionInfoSize;

    if (size != sizeof(RTL_OSVERSIONINFOW) && size != sizeof(RTL_OSVERSIONINFOEXW))
        return STATUS_INVALID_PARAMETER;
    memset(lpVersionInformation, 0, size);
    lpVersionInformation->dwOSVersionInfoSize = size;
    lpVersionInformation->dwMajorVersion = MAJOR;
    lpVersionInformation->dwMinorVersion = MINOR;
    lpVersionInformation->dwBuildNumber = BUILD;
    lpVersionInformation->dwPlatformId = PLATFORM_NT;
    if (size == sizeof(RTL_OSVERSIONINFOEXW))
        ((PRTL_OSVERSIONINFOEXW)lpVersionInformation)->wProductType = VER_NT_WORKSTATION;
    return STATUS_SUCCESS;
}

/* A kind of field is a bit of TypeMask; its condition has three bits of the mask. */
ULONGLONG NTAPI VerSetConditionMask(ULONGLONG ConditionMask, ULONG TypeMask, UCHAR Condition)
{
    if (TypeMask == 0)
        return ConditionMask;
    return ConditionMask | (ULONGLONG)(Condition & 7)
                               << (BITS_PER_CONDITION * (31 - __builtin_clz(TypeMask)));
}

static UCHAR condition_of(ULONGLONG mask, ULONG type)
{
    return (UCHAR)(mask >> (BITS_PER_CONDITION * __builtin_ctz(type)) & 7);
}

static BOOLEAN holds(UCHAR condition, ULONG actual, ULONG wanted)
{
    switch (condition) {
    case VER_EQUAL:
        return actual == wanted;
    case VER_GREATER:
        return actual > wanted;
    case VER_GREATER_EQUAL:
        return actual >= wanted;
    case VER_LESS:
        return actual < wanted;
    case VER_LESS_EQUAL:
        return actual <= wanted;
    default:
        return FALSE;
    }
}

/* Major, minor version and service pack are one number: a field counts where those before it tie.
 */
static BOOLEAN version_holds(const RTL_OSVERSIONINFOEXW *wanted, const RTL_OSVERSIONINFOEXW *actual,
                             ULONG types, ULONGLONG mask)
{
    const struct {
        ULONG type, wanted, actual;
    } fields[] = {
        {VER_MAJORVERSION, wanted->dwMajorVersion, actual->dwMajorVersion},
        {VER_MINORVERSION, wanted->dwMinorVersion, actual->dwMinorVersion},
        {VER_SERVICEPACKMAJOR, wanted->wServicePackMajor, actual->wServicePackMajor},
        {VER_SERVICEPACKMINOR, wanted->wServicePackMinor, actual->wServicePackMinor},
    };
    UCHAR condition = 0;
    ULONG last = RTL_NUMBER_OF(fields);

    for (ULONG at = 0; at < RTL_NUMBER_OF(fields); at++) {
        if (types & fields[at].type) {
            if (condition == 0 || condition == VER_EQUAL)
                condition = condition_of(mask, fields[at].type);
            last = at;
            if (fields[at].actual != fields[at].wanted)
                break;
        }
    }
    return last == RTL_NUMBER_OF(fields) ||
           holds(condition, fields[last].actual, fields[last].wanted);
}

NTSTATUS NTAPI RtlVerifyVersionInfo(PRTL_OSVERSIONINFOEXW VersionInfo, ULONG TypeMask,
                                    ULONGLONG ConditionMask)
{
    RTL_OSVERSIONINFOEXW actual = {.dwOSVersionInfoSize = sizeof(actual)};
    BOOLEAN good;

    if (TypeMask == 0 || ConditionMask == 0)
        return STATUS_INVALID_PARAMETER;
    RtlGetVersion((PRTL_OSVERSIONINFOW)&actual);
    good = version_holds(VersionInfo, &actual, TypeMask, ConditionMask);
    if (TypeMask & VER_BUILDNUMBER)
        good &= holds(condition_of(ConditionMask, VER_BUILDNUMBER), actual.dwBuildNumber,
                      VersionInfo->dwBuildNumber);
    if (TypeMask & VER_PLATFORMID)
        good &= holds(condition_of(ConditionMask, VER_PLATFORMID), actual.dwPlatformId,
                      VersionInfo->dwPlatformId);
    if (TypeMask & VER_PRODUCT_TYPE)
        good &= holds(condition_of(ConditionMask, VER_PRODUCT_TYPE), actual.wProductType,
                      VersionInfo->wProductType);
    if (TypeMask & VER_SUITENAME)
        good &= condition_of(ConditionMask, VER_SUITENAME) == VER_AND
                    ? (actual.wSuiteMask & VersionInfo->wSuiteMask) == VersionInfo->wSuiteMask
                    : (actual.wSuiteMask & VersionInfo->wSuiteMask) != 0;
    return good ? STATUS_SUCCESS : STATUS_REVISION_MISMATCH;
}

/* Version is an NTDDI_ number: the system, and below it service packs. */
BOOLEAN NTAPI RtlIsNtDdiVersionAvailable(ULONG Version)
{
    return (Version & 0xFFFF) == 0 ? Version <= (NTDDI & 0xFFFF0000) : Version <= NTDDI;
}

BOOLEAN NTAPI RtlIsServicePackVersionInstalled(ULONG Version)
{
    return (Version & 0xFFFF0000) == (NTDDI & 0xFFFF0000) && Version <= NTDDI;
}
