/* Pins where in the data area a host puts the data of its calls: in its own part, apart from each
 * other, and again where it was given back. */
#include <ntifs.h>

#include "umdf/host.h"
#include "nt_cmocka.h"

#define FIRST ((hal_u64)UMDF_DATA_PAGES << PAGE_SHIFT)

static int start(void **state)
{
    (void)state;
    host_area_start();
    return 0;
}

static void test_it_is_the_hosts_part(void **state)
{
    hal_u64 place = host_area_take(3);

    (void)state;
    assert_int_equal(place, FIRST);
    host_area_give(place, 3);
}

static void test_places_are_apart(void **state)
{
    hal_u64 first = host_area_take(2), second = host_area_take(1);

    (void)state;
    assert_int_equal(second, first + 2 * PAGE_SIZE);
    host_area_give(first, 2);
    assert_int_equal(host_area_take(2), first);
    host_area_give(first, 2);
    host_area_give(second, 1);
}

static void test_there_is_an_end(void **state)
{
    hal_u64 all = host_area_take(1000);

    (void)state;
    assert_int_equal(host_area_take(UMDF_HOST_PAGES), 0);
    assert_int_equal(host_area_take(UMDF_HOST_PAGES - 999), 0);
    assert_int_not_equal(all, 0);
    host_area_give(all, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_it_is_the_hosts_part, start),
        cmocka_unit_test_setup(test_places_are_apart, start),
        cmocka_unit_test_setup(test_there_is_an_end, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
