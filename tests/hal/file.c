/* Pins: files are found without regard to case, and never outside of their root. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hal_cmocka.h"

static struct {
    char folder[64]; /* holds root/ and outside */
    struct hal_root *root;
} fixture;

static void path_in(char path[128], const char *name)
{
    snprintf(path, 128, "%s/%s", fixture.folder, name);
}

static void make_link(const char *target, const char *name)
{
    char path[128];

    path_in(path, name);
    assert_int_equal(symlink(target, path), 0);
}

static int set_up(void **state)
{
    char path[128];
    FILE *file;

    (void)state;
    strcpy(fixture.folder, "/tmp/ntio-file-XXXXXX");
    if (!mkdtemp(fixture.folder))
        return -1;
    path_in(path, "root");
    mkdir(path, 0777);
    path_in(path, "root/Folder");
    mkdir(path, 0777);
    path_in(path, "outside");
    file = fopen(path, "w");
    if (!file)
        return -1;
    fputs("secret", file);
    fclose(file);
    path_in(path, "root");
    return hal_root_open(&fixture.root, path);
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    hal_root_close(fixture.root);
    snprintf(command, sizeof command, "rm -rf %s", fixture.folder);
    return system(command);
}

static int open_file(struct hal_file **file, const char *path, int how)
{
    int created;

    return hal_file_open(file, fixture.root, path, how, &created);
}

#define READ_WRITE (HAL_OPEN_READ | HAL_OPEN_WRITE)

static void test_read_and_write(void **state)
{
    struct hal_file *file;
    char buffer[16] = {0};
    int created;

    (void)state;
    assert_int_equal(open_file(&file, "a.txt", READ_WRITE), HAL_ENOENT);
    assert_int_equal(
        hal_file_open(&file, fixture.root, "a.txt", READ_WRITE | HAL_OPEN_CREATE, &created),
        HAL_OK);
    assert_int_equal(created, 1);
    assert_int_equal(hal_file_write(file, "hello", 5, 3), 5);
    assert_int_equal(hal_file_read(file, buffer, sizeof buffer, 0), 8);
    assert_memory_equal(buffer, "\0\0\0hello", 8);
    assert_int_equal(hal_file_read(file, buffer, sizeof buffer, 8), 0);
    assert_int_equal(hal_file_read(file, (void *)8, 4, 0), HAL_EFAULT);
    assert_int_equal(hal_file_write(file, (void *)8, 4, 0), HAL_EFAULT);
    assert_int_equal(hal_file_flush(file), HAL_OK);
    hal_file_close(file);
    assert_int_equal(
        hal_file_open(&file, fixture.root, "A.TXT", READ_WRITE | HAL_OPEN_CREATE, &created),
        HAL_OK);
    assert_int_equal(created, 0);
    assert_int_equal(hal_file_read(file, buffer, 2, 3), 2);
    hal_file_close(file);
}

static void test_ways_to_open(void **state)
{
    struct hal_file *file;
    struct hal_file_info info;
    char buffer[8];

    (void)state;
    assert_int_equal(open_file(&file, "b", HAL_OPEN_WRITE | HAL_OPEN_CREATE), HAL_OK);
    assert_int_equal(hal_file_write(file, "12345", 5, 0), 5);
    assert_int_equal(hal_file_read(file, buffer, 5, 0), HAL_EBADF);
    hal_file_close(file);
    assert_int_equal(open_file(&file, "B", READ_WRITE | HAL_OPEN_CREATE | HAL_OPEN_EXCLUSIVE),
                     HAL_EEXIST);
    assert_int_equal(open_file(&file, "b", HAL_OPEN_READ | HAL_OPEN_APPEND), HAL_OK);
    assert_int_equal(hal_file_write(file, "67", 2, 0), 2);
    assert_int_equal(hal_file_read(file, buffer, 8, 0), 7);
    assert_memory_equal(buffer, "1234567", 7);
    hal_file_close(file);
    assert_int_equal(open_file(&file, "b", READ_WRITE | HAL_OPEN_TRUNCATE), HAL_OK);
    assert_int_equal(hal_file_info(file, &info), HAL_OK);
    assert_int_equal(info.size, 0);
    hal_file_close(file);
    assert_int_equal(open_file(&file, "b", HAL_OPEN_READ | HAL_OPEN_DIRECTORY), HAL_ENOTDIR);
    assert_int_equal(open_file(&file, "Folder", READ_WRITE), HAL_EISDIR);
    assert_int_equal(open_file(&file, "b/c", HAL_OPEN_READ), HAL_ENOTDIR);
}

static void test_folders_and_case(void **state)
{
    struct hal_file *file;
    struct hal_file_info info;
    int created;

    (void)state;
    assert_int_equal(hal_file_open(&file, fixture.root, "fOLDER/Inner",
                                   HAL_OPEN_READ | HAL_OPEN_CREATE | HAL_OPEN_DIRECTORY, &created),
                     HAL_OK);
    assert_int_equal(created, 1);
    assert_int_equal(hal_file_info(file, &info), HAL_OK);
    assert_int_equal(info.is_directory, 1);
    hal_file_close(file);
    assert_int_equal(
        open_file(&file, "Folder/INNER/\xc3\x84rger.TXT", HAL_OPEN_WRITE | HAL_OPEN_CREATE),
        HAL_OK);
    hal_file_close(file);
    assert_int_equal(open_file(&file, "folder/./inner//\xc3\xa4rger.txt", HAL_OPEN_READ), HAL_OK);
    hal_file_close(file);
    assert_int_equal(open_file(&file, "folder/other/x", HAL_OPEN_WRITE | HAL_OPEN_CREATE),
                     HAL_ENOTDIR);
    assert_int_equal(open_file(&file, "", HAL_OPEN_READ | HAL_OPEN_DIRECTORY), HAL_OK);
    assert_true(hal_file_delete(file) < 0);
    hal_file_close(file);
}

/* An exact name is taken before one that differs in case. */
static void test_exact_name_first(void **state)
{
    struct hal_file *file;
    struct hal_file_info info;
    char path[128];

    (void)state;
    assert_int_equal(open_file(&file, "name", HAL_OPEN_WRITE | HAL_OPEN_CREATE), HAL_OK);
    hal_file_close(file);
    path_in(path, "root/NAME");
    assert_int_equal(mkdir(path, 0777), 0);
    assert_int_equal(open_file(&file, "NAME", HAL_OPEN_READ), HAL_OK);
    assert_int_equal(hal_file_info(file, &info), HAL_OK);
    assert_int_equal(info.is_directory, 1);
    hal_file_close(file);
}

static void test_nothing_leads_out(void **state)
{
    struct hal_file *file;

    (void)state;
    make_link("../outside", "root/link");
    make_link("..", "root/up");
    make_link("/etc", "root/absolute");
    make_link("Folder", "root/inside");
    assert_int_equal(open_file(&file, "../outside", HAL_OPEN_READ), HAL_EXDEV);
    assert_int_equal(open_file(&file, "Folder/../../outside", HAL_OPEN_READ), HAL_EXDEV);
    assert_int_equal(open_file(&file, "/etc/passwd", HAL_OPEN_READ), HAL_EINVAL);
    assert_int_equal(open_file(&file, "link", HAL_OPEN_READ), HAL_EXDEV);
    assert_int_equal(open_file(&file, "LINK", HAL_OPEN_READ), HAL_EXDEV);
    assert_int_equal(open_file(&file, "up/outside", HAL_OPEN_READ), HAL_EXDEV);
    assert_int_equal(open_file(&file, "absolute/passwd", HAL_OPEN_READ), HAL_EXDEV);
    assert_int_equal(open_file(&file, "up/made", HAL_OPEN_WRITE | HAL_OPEN_CREATE), HAL_EXDEV);
    assert_int_equal(open_file(&file, "inside/x", HAL_OPEN_WRITE | HAL_OPEN_CREATE), HAL_OK);
    hal_file_close(file);
    assert_int_equal(open_file(&file, "Folder/x", HAL_OPEN_READ), HAL_OK);
    assert_int_equal(hal_file_rename(file, "up/x", 0), HAL_EXDEV);
    hal_file_close(file);
}

static void test_information(void **state)
{
    struct hal_file *file;
    struct hal_file_info info;

    (void)state;
    assert_int_equal(open_file(&file, "i", READ_WRITE | HAL_OPEN_CREATE), HAL_OK);
    assert_int_equal(hal_file_resize(file, 10000), HAL_OK);
    assert_int_equal(hal_file_info(file, &info), HAL_OK);
    assert_int_equal(info.size, 10000);
    assert_int_equal(info.links, 1);
    assert_int_equal(info.is_read_only, 0);
    assert_true(info.written > 130000000000000000ll);
    assert_true(info.written - hal_clock_system() < 600000000ll);
    assert_int_equal(hal_file_resize(file, ~0ull), HAL_EINVAL);
    hal_file_close(file);
}

static void test_delete(void **state)
{
    struct hal_file *file, *other;

    (void)state;
    assert_int_equal(open_file(&file, "Folder/d", HAL_OPEN_WRITE | HAL_OPEN_CREATE), HAL_OK);
    assert_int_equal(open_file(&other, "Folder", HAL_OPEN_READ | HAL_OPEN_DIRECTORY), HAL_OK);
    assert_int_equal(hal_file_delete(other), HAL_ENOTEMPTY);
    assert_int_equal(hal_file_delete(file), HAL_OK);
    assert_int_equal(hal_file_delete(file), HAL_ENOENT);
    hal_file_close(file);
    assert_int_equal(hal_file_delete(other), HAL_OK);
    hal_file_close(other);
}

static void test_rename(void **state)
{
    struct hal_file *file, *other;
    struct hal_file_info info;

    (void)state;
    assert_int_equal(open_file(&file, "r1", HAL_OPEN_WRITE | HAL_OPEN_CREATE), HAL_OK);
    assert_int_equal(open_file(&other, "r2", HAL_OPEN_WRITE | HAL_OPEN_CREATE), HAL_OK);
    hal_file_close(other);
    assert_int_equal(hal_file_rename(file, "R2", 0), HAL_EEXIST);
    assert_int_equal(hal_file_rename(file, "none/r3", 0), HAL_ENOTDIR);
    assert_int_equal(hal_file_write(file, "123", 3, 0), 3);
    assert_int_equal(hal_file_rename(file, "R2", 1), HAL_OK);
    assert_int_equal(open_file(&other, "r1", HAL_OPEN_READ), HAL_ENOENT);
    assert_int_equal(open_file(&other, "r2", HAL_OPEN_READ), HAL_OK);
    assert_int_equal(hal_file_info(other, &info), HAL_OK);
    assert_int_equal(info.size, 3);
    hal_file_close(other);
    assert_int_equal(hal_file_rename(file, "folder/Moved", 0), HAL_OK);
    assert_int_equal(hal_file_rename(file, "folder/MOVED", 0), HAL_OK); /* its own name's case */
    assert_int_equal(hal_file_delete(file), HAL_OK);
    hal_file_close(file);
}

static void test_no_root(void **state)
{
    struct hal_root *root;
    char path[128];

    (void)state;
    assert_int_equal(hal_root_open(&root, "/nowhere/at/all"), HAL_ENOENT);
    path_in(path, "outside");
    assert_int_equal(hal_root_open(&root, path), HAL_ENOTDIR);
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FILE_TEST(test_read_and_write),
        FILE_TEST(test_ways_to_open),
        FILE_TEST(test_folders_and_case),
        FILE_TEST(test_exact_name_first),
        FILE_TEST(test_nothing_leads_out),
        FILE_TEST(test_information),
        FILE_TEST(test_delete),
        FILE_TEST(test_rename),
        FILE_TEST(test_no_root),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
