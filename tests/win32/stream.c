/* Streams: modes, buffers, positions, ends, text. */
#include "win32_test.h"

#include <errno.h>
#include <io.h>
#include <wchar.h>

static void modes_open_as_they_say(void **state)
{
    FILE *file;
    char text[16];
    (void)state;
    remove("m.txt");
    assert_null(fopen("m.txt", "r"));
    assert_int_equal(errno, ENOENT);
    assert_int_equal(fopen_s(&file, "m.txt", "?"), EINVAL);
    assert_int_equal(fopen_s(&file, "C:\\m.txt", "w"), 0);
    assert_int_equal(fputs("one\n", file), 0);
    assert_int_equal(fgetc(file), EOF);
    assert_true(ferror(file));
    assert_int_equal(fclose(file), 0);
    file = fopen("m.txt", "a");
    assert_int_equal(fprintf(file, "%s\n", "two"), 4);
    assert_int_equal(fclose(file), 0);
    file = _wfopen(L"m.txt", L"r+b");
    assert_string_equal(fgets(text, sizeof text, file), "one\n");
    assert_string_equal(fgets(text, sizeof text, file), "two\n");
    assert_false(feof(file));
    assert_null(fgets(text, sizeof text, file));
    assert_true(feof(file));
    rewind(file);
    assert_int_equal(fwrite("ONE", 1, 3, file), 3);
    assert_int_equal(fseek(file, 1, SEEK_CUR), 0);
    assert_int_equal(fgetc(file), 't');
    assert_int_equal(ftell(file), 5);
    assert_int_equal(fclose(file), 0);
    assert_null(fopen("m.txt", "wx"));
    assert_int_equal(errno, EEXIST);
    assert_int_equal(remove("m.txt"), 0);
}

static void positions_follow_what_was_read_and_put_back(void **state)
{
    FILE *file = fopen("p.txt", "w+");
    fpos_t position;
    char byte;
    (void)state;
    for (int i = 0; i < 10000; i++)
        assert_int_equal(fputc(i % 251, file), i % 251);
    assert_int_equal(ftell(file), 10000);
    assert_int_equal(fseek(file, 5000, SEEK_SET), 0);
    assert_int_equal(getc(file), 5000 % 251);
    assert_int_equal(fgetpos(file, &position), 0);
    assert_int_equal(ungetc('x', file), 'x');
    assert_int_equal(ftell(file), 5000);
    assert_int_equal(getc(file), 'x');
    assert_int_equal(fread(&byte, 1, 1, file), 1);
    assert_int_equal(fsetpos(file, &position), 0);
    assert_int_equal(getc(file), 5001 % 251);
    assert_int_equal(fseek(file, -1, SEEK_END), 0);
    assert_int_equal(getc(file), 9999 % 251);
    assert_int_equal(getc(file), EOF);
    assert_int_not_equal(fseek(file, -1, SEEK_SET), 0);
    fclose(file);
    remove("p.txt");
}

static void big_blocks_and_small_ones_mix(void **state)
{
    static char block[20000], back[20000];
    FILE *file = fopen("b.txt", "wb");
    (void)state;
    memset(block, 'b', sizeof block);
    assert_int_equal(fwrite("a", 1, 1, file), 1);
    assert_int_equal(fwrite(block, sizeof block, 1, file), 1);
    assert_int_equal(fwrite("c", 1, 1, file), 1);
    fclose(file);
    file = fopen("b.txt", "rb");
    assert_int_equal(setvbuf(file, NULL, _IOFBF, 64), 0);
    assert_int_equal(getc(file), 'a');
    assert_int_equal(fread(back, 1, sizeof back, file), sizeof back);
    assert_memory_equal(block, back, sizeof back);
    assert_int_equal(fread(back, 2, 1, file), 0);
    fclose(file);
    remove("b.txt");
}

static void wide_text_is_utf_8_in_the_file(void **state)
{
    FILE *file = fopen("w.txt", "w+");
    wchar_t line[8];
    char bytes[8];
    (void)state;
    assert_int_equal(fputws(L"\x00E4"
                            L"b\n",
                            file),
                     0);
    assert_int_equal(fwprintf(file, L"%ls%c", L"x", 'y'), 2);
    rewind(file);
    assert_int_equal(fread(bytes, 1, 8, file), 6);
    assert_memory_equal(bytes,
                        "\xC3\xA4"
                        "b\nxy",
                        6);
    rewind(file);
    assert_non_null(fgetws(line, 8, file));
    assert_int_equal(line[0], 0xE4);
    assert_int_equal(line[2], '\n');
    fclose(file);
    remove("w.txt");
}

static void a_stream_has_a_handle(void **state)
{
    FILE *file = fopen("h.txt", "w");
    DWORD bytes;
    (void)state;
    HANDLE handle = (HANDLE)_get_osfhandle(_fileno(file));
    fputs("12", file);
    assert_int_equal(GetFileSize(handle, NULL), 0);
    assert_int_equal(fflush(file), 0);
    assert_int_equal(GetFileSize(handle, NULL), 2);
    assert_true(WriteFile(handle, "3", 1, &bytes, NULL));
    fclose(file);
    assert_int_equal(_get_osfhandle(1000), -1);
    assert_ptr_equal((HANDLE)_get_osfhandle(1), GetStdHandle(STD_OUTPUT_HANDLE));
    assert_int_equal(rename("h.txt", "h2.txt"), 0);
    assert_int_equal(rename("h.txt", "h2.txt"), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(remove("h2.txt"), 0);
}

static void a_stream_can_be_opened_anew(void **state)
{
    FILE *file = fopen("r1.txt", "w");
    (void)state;
    fputs("1", file);
    assert_ptr_equal(freopen("r2.txt", "w", file), file);
    fputs("22", file);
    fclose(file);
    file = fopen("r1.txt", "r");
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    assert_int_equal(ftell(file), 1);
    fclose(file);
    remove("r1.txt");
    assert_int_equal(remove("r2.txt"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_open_as_they_say),
        cmocka_unit_test(positions_follow_what_was_read_and_put_back),
        cmocka_unit_test(big_blocks_and_small_ones_mix),
        cmocka_unit_test(wide_text_is_utf_8_in_the_file),
        cmocka_unit_test(a_stream_has_a_handle),
        cmocka_unit_test(a_stream_can_be_opened_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
