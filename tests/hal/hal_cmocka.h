/*
 * cmocka for hal's tests, and what several of them need.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hal/hal.h"

static inline int hal_test_stop(void **state)
{
    (void)state;
    hal_stop();
    return 0;
}

/*
 * A test that calls hal_start itself. Not in a set-up: cmocka takes the fault
 * signals for itself between a set-up and its test.
 */
#define HAL_TEST(name) cmocka_unit_test_teardown(name, hal_test_stop)
