/*
 * Without libFuzzer: fuzz_channel [-n INPUTS] [-s SEED] [-v] [-w FOLDER]
 * [FILE-OR-FOLDER...] runs the files and then pseudo-random inputs, the same ones
 * each time, and with -w writes these to files. One that the kernel failed at is
 * repeated with its seed and -n 1.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST 8192

static bool is_verbose;
static const char *folder; /* to write pseudo-random inputs to; NULL: nowhere */

static void run_file(const char *path)
{
    static uint8_t bytes[LARGEST];
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(bytes, 1, sizeof bytes, file) : 0;

    if (!file) {
        perror(path);
        exit(2);
    }
    fclose(file);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(bytes, size);
}

static void run_path(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);

    if (count < 0) {
        run_file(path);
        return;
    }
    for (int i = 0; i < count; i++) {
        char inside[512];

        snprintf(inside, sizeof inside, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            run_file(inside);
        free(entries[i]);
    }
    free(entries);
}

static void save(uint64_t seed, const uint8_t *bytes, size_t size)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof path, "%s/random_%llu", folder, (unsigned long long)seed);
    file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file)) {
        perror(path);
        exit(2);
    }
}

static void run_random(uint64_t seed)
{
    uint64_t state = (seed + 1) * 0x9E3779B97F4A7C15u;
    uint8_t bytes[2048];
    size_t size;

    for (size_t i = 0; i < sizeof bytes; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = (uint8_t)(state >> 32);
    }
    size = sizeof bytes / 4 + state % (sizeof bytes * 3 / 4);
    fprintf(stderr, is_verbose ? "seed %llu, %zu bytes\n" : "", (unsigned long long)seed, size);
    if (folder)
        save(seed, bytes, size);
    LLVMFuzzerTestOneInput(bytes, size);
}

int main(int count, char **arguments)
{
    uint64_t inputs = 0, seed = 1;
    int option;

    while ((option = getopt(count, arguments, "n:s:vw:")) != -1) {
        if (option == 'n')
            inputs = strtoull(optarg, NULL, 0);
        else if (option == 's')
            seed = strtoull(optarg, NULL, 0);
        else if (option == 'w')
            folder = optarg;
        else if (option == 'v')
            is_verbose = true;
        else
            return 2;
    }
    LLVMFuzzerInitialize(&count, &arguments);
    for (int i = optind; i < count; i++)
        run_path(arguments[i]);
    for (uint64_t last = seed + inputs; seed < last; seed++)
        run_random(seed);
    return 0;
}
