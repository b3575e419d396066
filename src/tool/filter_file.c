#include "config.h"
#include "filter.h"
#include "toolchain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The line in the user's file that a token came from, counted from the last line marker. */
static void report_malformed(const struct token_list *list, const struct token *problem)
{
    const char *file = "?";
    int file_length = 1, line = 0;
    for (size_t i = 0; i < list->count && &list->tokens[i] != problem; i++) {
        const struct token *token = &list->tokens[i];
        int marker;
        const char *open;
        if (token->kind == TOKEN_DIRECTIVE && sscanf(token->text, "# %d", &marker) == 1 &&
            (open = memchr(token->text, '"', token->length))) {
            line = marker - 1;
            file = open + 1;
            file_length = (int)strcspn(file, "\"");
        } else if (token->kind == TOKEN_NEWLINE) {
            line++;
        }
    }
    fprintf(stderr,
            "%.*s:%d: error: the guarded body before '%.*s' is malformed: __try needs a block, "
            "then __except (filter) or __finally with a block\n",
            file_length, file, line, problem ? (int)problem->length : 11,
            problem ? problem->text : "end of file");
}

static bool filter_tokens(const struct toolchain *t, bool is_cpp, const char *source, size_t size,
                          const char *output)
{
    struct token_list list;
    const struct token *problem;
    const char *system_dirs[] = {t->headers, NTIO_MINGW_DIR, t->compiler_headers, NULL};
    bool done = false;
    FILE *out;

    if (!tokens_read(&list, source, size, system_dirs))
        die(EXIT_BUILD, "out of memory");
    filter_long(&list);
    filter_text(&list);
    filter_comma(&list);
    if (!filter_main(&list, is_cpp) || (!is_cpp && !filter_inline(&list)))
        die(EXIT_BUILD, "out of memory");
    if (!filter_seh(&list, t->is_clang, &problem)) {
        report_malformed(&list, problem);
    } else if ((out = fopen(output, "w"))) {
        done = tokens_write(&list, out);
        done &= fclose(out) == 0;
    }
    tokens_free(&list);
    return done;
}

bool filter_file(const struct toolchain *t, const struct source *source, const char *input,
                 const char *output)
{
    struct stat info;
    bool done = false;
    int fd = open(input, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info))
        die(EXIT_BUILD, "%s cannot be read: %s", input, strerror(errno));
    char *text = mmap(NULL, (size_t)info.st_size + 1, PROT_READ, MAP_PRIVATE, fd, 0);
    if (text != MAP_FAILED) {
        done = filter_tokens(t, source_is_cpp(source->path), text, (size_t)info.st_size, output);
        munmap(text, (size_t)info.st_size + 1);
    }
    close(fd);
    return done;
}
