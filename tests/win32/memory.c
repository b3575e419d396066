/* Pages and heaps. */
#include "win32_test.h"

static void pages_are_reserved_then_committed(void **state)
{
    MEMORY_BASIC_INFORMATION info;
    (void)state;
    char *base = VirtualAlloc(NULL, 0x30000, MEM_RESERVE, PAGE_READWRITE);
    assert_non_null(base);
    assert_int_equal((ULONG_PTR)base & 0xFFFF, 0);
    assert_int_equal(VirtualQuery(base, &info, sizeof info), sizeof info);
    assert_int_equal(info.State, MEM_RESERVE);
    assert_int_equal(info.RegionSize, 0x30000);
    char *page = VirtualAlloc(base + 0x1234, 1, MEM_COMMIT, PAGE_READWRITE);
    assert_ptr_equal(page, base + 0x1000);
    page[0] = page[0xFFF] = 'x';
    assert_int_equal(VirtualQuery(page, &info, sizeof info), sizeof info);
    assert_ptr_equal(info.AllocationBase, base);
    assert_int_equal(info.State, MEM_COMMIT);
    assert_int_equal(info.Protect, PAGE_READWRITE);
    assert_int_equal(info.RegionSize, 0x1000);
    /* Committing again keeps what is there. */
    assert_non_null(VirtualAlloc(base, 0x3000, MEM_COMMIT, PAGE_READWRITE));
    assert_int_equal(page[0], 'x');
    assert_int_equal(base[0], 0);
    assert_true(VirtualFree(page, 0x1000, MEM_DECOMMIT));
    assert_non_null(VirtualAlloc(page, 0x1000, MEM_COMMIT, PAGE_READWRITE));
    assert_int_equal(page[0], 0);
    assert_fails(VirtualFree(base, 0x1000, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    assert_fails(VirtualFree(page, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    assert_true(VirtualFree(base, 0, MEM_RELEASE));
    assert_fails(VirtualFree(base, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
}

static void protection_is_changed_and_told(void **state)
{
    DWORD before;
    (void)state;
    char *base = VirtualAlloc(NULL, 0x2000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    base[0] = 1;
    assert_false(IsBadWritePtr(base, 0x2000));
    assert_true(VirtualProtect(base, 1, PAGE_READONLY, &before));
    assert_int_equal(before, PAGE_READWRITE);
    assert_true(IsBadWritePtr(base, 1));
    assert_false(IsBadReadPtr(base, 0x2000));
    assert_true(VirtualProtect(base, 0x2000, PAGE_NOACCESS, &before));
    assert_int_equal(before, PAGE_READONLY);
    assert_true(IsBadReadPtr(base, 1));
    assert_fails(VirtualProtect(base, 1, 0x1234, &before), ERROR_INVALID_PARAMETER);
    assert_true(VirtualFree(base, 0, MEM_RELEASE));
    assert_fails(VirtualAlloc(NULL, 0, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    assert_fails(VirtualAlloc(NULL, 1, 0, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
}

/* cmocka takes faults for itself; the system has to have them while it copies. */
int sigaction(int signal, const void *action, void *old);
static char faults_of_the_system[256];

static void a_driver_fills_committed_pages(void **state)
{
    HANDLE device = open_testdrv(0);
    DWORD bytes;
    (void)state;
    sigaction(11, faults_of_the_system, NULL);
    unsigned char *base = VirtualAlloc(NULL, 0x2000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    assert_true(ReadFile(device, base + 0xFF0, 64, &bytes, NULL));
    assert_int_equal(base[0xFF0 + 63], 63);
    VirtualFree(base, 0, MEM_RELEASE);
    assert_fails(ReadFile(device, base, 64, &bytes, NULL), ERROR_NOACCESS);
    CloseHandle(device);
}

static void heaps_know_their_blocks(void **state)
{
    HANDLE heap = HeapCreate(0, 0, 0);
    (void)state;
    char *block = HeapAlloc(heap, HEAP_ZERO_MEMORY, 100);
    assert_int_equal(HeapSize(heap, 0, block), 100);
    assert_int_equal((ULONG_PTR)block % 16, 0);
    assert_int_equal(block[99], 0);
    block[99] = 7;
    block = HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, 200);
    assert_int_equal(block[99], 7);
    assert_int_equal(block[199], 0);
    assert_fails(HeapFree(GetProcessHeap(), 0, block), ERROR_INVALID_PARAMETER);
    assert_true(HeapFree(heap, 0, block));
    assert_non_null(HeapAlloc(heap, 0, 10));
    assert_true(HeapDestroy(heap));
    assert_null(HeapAlloc(GetProcessHeap(), 0, (SIZE_T)1 << 60));
    assert_int_equal(GetLastError(), ERROR_NOT_ENOUGH_MEMORY);
}

static void global_memory_is_fixed_or_moveable(void **state)
{
    (void)state;
    char *fixed = GlobalAlloc(GPTR, 10);
    assert_int_equal(fixed[9], 0);
    assert_ptr_equal(GlobalLock(fixed), fixed);
    assert_null(GlobalFree(fixed));
    HGLOBAL handle = GlobalAlloc(GHND, 10);
    char *memory = GlobalLock(handle);
    assert_ptr_not_equal(memory, handle);
    memory[9] = 1;
    assert_false(GlobalUnlock(handle));
    handle = GlobalReAlloc(handle, 20, GMEM_ZEROINIT);
    assert_int_equal(GlobalSize(handle), 20);
    assert_int_equal(((char *)GlobalLock(handle))[9], 1);
    GlobalUnlock(handle);
    assert_null(GlobalFree(handle));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_reserved_then_committed),
        cmocka_unit_test(protection_is_changed_and_told),
        cmocka_unit_test(a_driver_fills_committed_pages),
        cmocka_unit_test(heaps_know_their_blocks),
        cmocka_unit_test(global_memory_is_fixed_or_moveable),
    };
    sigaction(11, NULL, faults_of_the_system);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
