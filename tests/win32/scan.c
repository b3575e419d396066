/* scanf from streams, with the sizes of the secure forms. */
#include "win32_test.h"

static FILE *file;

static void input(const char *text)
{
    fclose(file);
    file = fopen("s.txt", "w+");
    fputs(text, file);
    rewind(file);
}

static void numbers(void **state)
{
    int a = 0, b = 0, c = 0;
    unsigned d = 0;
    long long e = 0;
    short f = 0;
    float g = 0;
    double h = 0;
    (void)state;
    input("12 -7,0x1F 077\n4000000000 -5000000000 99 1.5 -2.5e3 rest");
    assert_int_equal(fscanf(file, "%d %d,%x %i", &a, &b, &c, &d), 4);
    assert_int_equal(a, 12);
    assert_int_equal(b, -7);
    assert_int_equal(c, 31);
    assert_int_equal(d, 63);
    assert_int_equal(fscanf(file, "%u%I64d%hd", &d, &e, &f), 3);
    assert_int_equal(d, 4000000000u);
    assert_int_equal(e, -5000000000ll);
    assert_int_equal(f, 99);
    assert_int_equal(fscanf(file, "%f%lf", &g, &h), 2);
    assert_true(g == 1.5f && h == -2500.0);
    assert_int_equal(fscanf(file, "%d", &a), 0);
    assert_int_equal(getc(file), 'r');
    input("");
    assert_int_equal(fscanf(file, "%d", &a), EOF);
    input("123456");
    assert_int_equal(fscanf(file, "%3d%*1d%n", &a, &b), 1);
    assert_int_equal(a, 123);
    assert_int_equal(b, 4);
}

static void words_and_sets(void **state)
{
    char word[8] = "", set[8] = "", one;
    wchar_t wide[8];
    (void)state;
    input("  hello [abc-z] x");
    assert_int_equal(fscanf(file, "%s [%[a-c]-%c]", word, set, &one), 3);
    assert_string_equal(word, "hello");
    assert_string_equal(set, "abc");
    assert_int_equal(one, 'z');
    assert_int_equal(fscanf(file, "%S", wide), 1);
    assert_int_equal(wide[0], 'x');
    input("abc:def");
    assert_int_equal(fscanf(file, "%[^:]:%s", word, set), 2);
    assert_string_equal(set, "def");
}

static void secure_forms_know_the_room(void **state)
{
    char word[4] = "zzz";
    int number = 0;
    (void)state;
    input("abc 5 abcd");
    assert_int_equal(fscanf_s(file, "%s %d", word, (unsigned)sizeof word, &number), 2);
    assert_string_equal(word, "abc");
    assert_int_equal(number, 5);
    assert_int_equal(fscanf_s(file, "%s", word, (unsigned)sizeof word), 0);
    assert_string_equal(word, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(words_and_sets),
        cmocka_unit_test(secure_forms_know_the_room),
    };
    file = fopen("s.txt", "w+");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fclose(file);
    remove("s.txt");
    return failed;
}
