/* Pins: a shared object is loaded only if the kernel has all that it needs; code has a name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hal_cmocka.h"

static struct {
    char folder[64];
    char path[96];
    int asked;
} fixture;

static const char source[] = "#include <string.h>\n"
                             "extern int KnownToTheKernel(int);\n"
                             "extern int UnknownOne(void), UnknownTwo(void);\n"
                             "extern int OptionalOne(void) __attribute__((weak));\n"
                             "static char text[100];\n"
                             "int DriverEntry(int x)\n"
                             "{\n"
                             "    memset(text, x, 100);\n"
                             "#ifdef COMPLETE\n"
                             "    return KnownToTheKernel(text[1]);\n"
                             "#else\n"
                             "    return UnknownOne() + UnknownTwo() + KnownToTheKernel(1);\n"
                             "#endif\n"
                             "}\n"
                             "int use_optional(void) { return OptionalOne ? OptionalOne() : 0; }\n";

int KnownToTheKernel(int value);
int KnownToTheKernel(int value)
{
    return value + 1;
}

static int check(const char *name)
{
    fixture.asked++;
    return !strcmp(name, "KnownToTheKernel");
}

static int build(const char *options)
{
    char command[512];
    FILE *file;

    strcpy(fixture.folder, "/tmp/ntio-image-XXXXXX");
    if (!mkdtemp(fixture.folder))
        return -1;
    snprintf(command, sizeof command, "%s/driver.c", fixture.folder);
    file = fopen(command, "w");
    if (!file)
        return -1;
    fputs(source, file);
    fclose(file);
    snprintf(fixture.path, sizeof fixture.path, "%s/driver.so", fixture.folder);
    snprintf(command, sizeof command, "cc -g -O1 -w -shared -fPIC %s -o %s %s/driver.c", options,
             fixture.path, fixture.folder);
    fixture.asked = 0;
    return system(command);
}

static int clean_up(void **state)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf %s", fixture.folder);
    if (*fixture.folder && system(command))
        return -1;
    *fixture.folder = 0;
    return hal_test_stop(state);
}

static void test_load(void **state)
{
    struct hal_image *image;
    char missing[256] = "x", text[128];
    int (*entry)(int);
    hal_u64 base, size;

    (void)state;
    assert_int_equal(build("-DCOMPLETE"), 0);
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_image_load(&image, fixture.path, check, missing, sizeof missing), HAL_OK);
    assert_string_equal(missing, "");
    assert_int_equal(fixture.asked, 1); /* neither memset nor the weak name */
    entry = (int (*)(int))hal_image_symbol(image, "DriverEntry");
    assert_non_null(entry);
    assert_int_equal(entry(41), 42);
    hal_image_range(image, &base, &size);
    assert_true((hal_u64)entry - base < size);
    assert_int_equal(size % HAL_PAGE_SIZE, 0);
    assert_null(hal_image_symbol(image, "malloc")); /* libc's, not the driver's */
    assert_null(hal_image_symbol(image, "NoSuchName"));
    hal_describe_code((hal_u64)entry, text, sizeof text);
    assert_string_equal(text, "DriverEntry+0x0 (driver.c:7)");
    hal_image_unload(image);
    hal_describe_code((hal_u64)entry, text, sizeof text);
    assert_null(strstr(text, "DriverEntry"));
}

static void test_missing_names(void **state)
{
    struct hal_image *image = NULL;
    char missing[256], small[12];

    (void)state;
    assert_int_equal(build(""), 0);
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_image_load(&image, fixture.path, check, missing, sizeof missing),
                     HAL_ENOENT);
    assert_null(image);
    assert_non_null(strstr(missing, "UnknownOne"));
    assert_non_null(strstr(missing, "UnknownTwo"));
    assert_null(strstr(missing, "KnownToTheKernel"));
    assert_int_equal(strlen(missing), strlen("UnknownOne UnknownTwo"));
    assert_int_equal(hal_image_load(&image, fixture.path, check, small, sizeof small), HAL_ENOENT);
    assert_int_equal(strlen(small), sizeof small - 1);
}

static void test_no_image(void **state)
{
    struct hal_image *image = NULL;
    char missing[256];

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_int_equal(hal_image_load(&image, "/nowhere/x.so", check, missing, sizeof missing),
                     HAL_EINVAL);
    assert_string_equal(missing, "/nowhere/x.so: No such file or directory");
    assert_int_equal(hal_image_load(&image, "/etc/passwd", check, missing, sizeof missing),
                     HAL_EINVAL);
    assert_non_null(strstr(missing, "/etc/passwd"));
    assert_int_equal(hal_image_load(&image, "/nowhere/x.so", NULL, missing, sizeof missing),
                     HAL_EINVAL);
    assert_non_null(strstr(missing, "/nowhere/x.so"));
}

static void test_names_of_the_process(void **state)
{
    char text[128];

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_ptr_equal(hal_image_symbol(NULL, "KnownToTheKernel"), (void *)KnownToTheKernel);
    assert_null(hal_image_symbol(NULL, "NoSuchName"));
    hal_describe_code((hal_u64)KnownToTheKernel, text, sizeof text);
    assert_non_null(strstr(text, "KnownToTheKernel+0x0 (image.c:"));
    hal_describe_code(1, text, sizeof text);
    assert_string_equal(text, "0x1");
}

__attribute__((noinline)) static hal_u32 trace(hal_u64 *pcs, hal_u32 count)
{
    hal_u32 found = hal_backtrace(pcs, count);

    __asm__ volatile("" ::: "memory"); /* no tail call */
    return found;
}

static void test_backtrace(void **state)
{
    hal_u64 pcs[16];
    char text[128];

    (void)state;
    assert_int_equal(hal_start(), HAL_OK);
    assert_true(trace(pcs, 16) >= 2);
    hal_describe_code(pcs[0], text, sizeof text);
    assert_non_null(strstr(text, "trace+"));
    hal_describe_code(pcs[1], text, sizeof text);
    assert_non_null(strstr(text, "test_backtrace+"));
    assert_int_equal(trace(pcs, 1), 1);
    assert_int_equal(trace(pcs, 0), 0);
}

#define IMAGE_TEST(name) cmocka_unit_test_teardown(name, clean_up)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IMAGE_TEST(test_load),      IMAGE_TEST(test_missing_names),
        IMAGE_TEST(test_no_image),  IMAGE_TEST(test_names_of_the_process),
        IMAGE_TEST(test_backtrace),
    };

    if (system("cc --version >/dev/null 2>&1")) {
        print_message("skipped: there is no C compiler\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
