/*
 * The recorder's logs: new lines displace the oldest; the report shows the end of each.
 */
#include <ntifs.h>

#include "../../include/ntio/ntio.h"
#include "etw/etw.h"
#include "nt_cmocka.h"

#include <wpprecorder.h>

static WPP_CB_TYPE controls[] = {{{0}, "Control", "", "A\0B\0"}};

static int start(void **state)
{
    (void)state;
    return ntio_start(NULL);
}

static int stop(void **state)
{
    (void)state;
    ntio_stop();
    return 0;
}

static void the_end_is_kept(void **state)
{
    RECORDER_LOG_CREATE_PARAMS params;
    RECORDER_LOG log;
    CHAR line[64], report[4096];
    ULONG i;

    (void)state;
    RECORDER_LOG_CREATE_PARAMS_INIT(&params, "ring");
    params.TotalBufferSize = 512;
    assert_int_equal(imp_WppRecorderLogCreate(controls, &params, &log), STATUS_SUCCESS);
    etw_describe(report, sizeof(report));
    assert_int_equal(strlen(report), 0);
    for (i = 0; i < 1000; i++)
        etw_record((struct etw_log *)log, line, rtl_format(line, sizeof(line), "line %u\n", i));
    etw_describe(report, sizeof(report));
    assert_non_null(strstr(report, "log Control ring"));
    assert_non_null(strstr(report, "line 999\n"));
    assert_null(strstr(report, "line 900\n"));
    imp_WppRecorderLogDelete(controls, log);
    etw_describe(report, sizeof(report));
    assert_int_equal(strlen(report), 0);
}

static void wrong_size(void **state)
{
    RECORDER_LOG_CREATE_PARAMS params;
    RECORDER_LOG log;

    (void)state;
    RECORDER_LOG_CREATE_PARAMS_INIT(&params, NULL);
    params.Size--;
    assert_int_equal(imp_WppRecorderLogCreate(controls, &params, &log),
                     STATUS_INFO_LENGTH_MISMATCH);
    assert_null(log);
}

static void default_log(void **state)
{
    static const struct ntio_wpp_type none[] = {{0}};
    static const struct ntio_wpp_site site = {"f.c", "f", "kept", none, 1};
    RECORDER_CONFIGURE_PARAMS params;
    CHAR report[4096];

    (void)state;
    ntio_wpp_start(controls, 1, TRUE);
    assert_true(imp_WppRecorderIsDefaultLogAvailable(controls));
    ntio_wpp_message(controls, &site, FALSE, NULL, NULL, 0, 2, TRACE_LEVEL_ERROR);
    etw_describe(report, sizeof(report));
    assert_non_null(strstr(report, "Control ERROR B f.c:1 f: kept\n"));
    RECORDER_CONFIGURE_PARAMS_INIT(&params);
    params.CreateDefaultLog = FALSE;
    imp_WppRecorderConfigure(controls, &params);
    assert_null(imp_WppRecorderLogGetDefault(controls));
    ntio_wpp_stop(controls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_is_kept),
        cmocka_unit_test(wrong_size),
        cmocka_unit_test(default_log),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
