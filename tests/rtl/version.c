/* The version that ntio presents, and comparisons with it as RtlVerifyVersionInfo makes them. */
#include <ntifs.h>

#include "rtl/rtl.h"
#include "nt_cmocka.h"

static void test_version(void **state)
{
    RTL_OSVERSIONINFOEXW info;

    UNREFERENCED_PARAMETER(state);
    memset(&info, 0x5A, sizeof(info));
    info.dwOSVersionInfoSize = 12;
    assert_int_equal(RtlGetVersion((PRTL_OSVERSIONINFOW)&info), STATUS_INVALID_PARAMETER);
    info.dwOSVersionInfoSize = sizeof(RTL_OSVERSIONINFOW);
    assert_int_equal(RtlGetVersion((PRTL_OSVERSIONINFOW)&info), STATUS_SUCCESS);
    assert_int_equal(info.dwMajorVersion, 10);
    assert_int_equal(info.dwMinorVersion, 0);
    assert_true(info.dwBuildNumber >= 19041);
    assert_int_equal(info.wProductType, 0x5A);
    info.dwOSVersionInfoSize = sizeof(info);
    assert_int_equal(RtlGetVersion((PRTL_OSVERSIONINFOW)&info), STATUS_SUCCESS);
    assert_int_equal(info.wProductType, VER_NT_WORKSTATION);
}

static NTSTATUS verify(ULONG major, ULONG minor, UCHAR condition)
{
    RTL_OSVERSIONINFOEXW wanted = {.dwMajorVersion = major, .dwMinorVersion = minor};
    ULONGLONG mask = VerSetConditionMask(0, VER_MAJORVERSION, condition);

    mask = VerSetConditionMask(mask, VER_MINORVERSION, condition);
    return RtlVerifyVersionInfo(&wanted, VER_MAJORVERSION | VER_MINORVERSION, mask);
}

static void test_comparisons(void **state)
{
    RTL_OSVERSIONINFOEXW wanted = {.dwBuildNumber = 19041, .wProductType = VER_NT_SERVER};

    UNREFERENCED_PARAMETER(state);
    assert_int_equal(verify(10, 0, VER_EQUAL), STATUS_SUCCESS);
    assert_int_equal(verify(10, 1, VER_EQUAL), STATUS_REVISION_MISMATCH);
    assert_int_equal(verify(6, 3, VER_GREATER_EQUAL), STATUS_SUCCESS);
    assert_int_equal(verify(10, 0, VER_GREATER_EQUAL), STATUS_SUCCESS);
    assert_int_equal(verify(10, 0, VER_GREATER), STATUS_REVISION_MISMATCH);
    assert_int_equal(verify(10, 1, VER_LESS), STATUS_SUCCESS);
    assert_int_equal(verify(11, 0, VER_GREATER_EQUAL), STATUS_REVISION_MISMATCH);
    assert_int_equal(
        RtlVerifyVersionInfo(&wanted, VER_BUILDNUMBER,
                             VerSetConditionMask(0, VER_BUILDNUMBER, VER_GREATER_EQUAL)),
        STATUS_SUCCESS);
    assert_int_equal(RtlVerifyVersionInfo(&wanted, VER_PRODUCT_TYPE,
                                          VerSetConditionMask(0, VER_PRODUCT_TYPE, VER_EQUAL)),
                     STATUS_REVISION_MISMATCH);
    assert_int_equal(RtlVerifyVersionInfo(&wanted, 0, 1), STATUS_INVALID_PARAMETER);
}

static void test_ntddi_versions(void **state)
{
    UNREFERENCED_PARAMETER(state);
    assert_true(RtlIsNtDdiVersionAvailable(0x06010000));
    assert_true(RtlIsNtDdiVersionAvailable(0x0A000000));
    assert_false(RtlIsNtDdiVersionAvailable(0x0B000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_comparisons),
        cmocka_unit_test(test_ntddi_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
