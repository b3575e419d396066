/*
 * Paths below a root.
 */
#include "file_path.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <locale.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <wctype.h>

#include "linux.h"

static struct {
    pthread_once_t once;
    locale_t letters; /* knows upper and lower case beyond ASCII; 0 if there is none */
} path_system = {.once = PTHREAD_ONCE_INIT};

/* For kernels and containers without openat2: follows no links at all. */
static int open_by_walking(int root, const char *path, int flags, unsigned mode)
{
    char name[NAME_MAX + 1];
    int folder = root;

    for (;;) {
        const char *slash = strchr(path, '/');
        size_t length = slash ? (size_t)(slash - path) : strlen(path);
        int next;

        if (length > NAME_MAX)
            next = -ENAMETOOLONG;
        else {
            memcpy(name, path, length);
            name[length] = 0;
            next = openat(
                folder, name,
                slash ? O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC : flags | O_NOFOLLOW, mode);
            if (next < 0)
                next = -errno;
        }
        if (folder != root)
            close(folder);
        if (next < 0 || !slash)
            return next;
        folder = next;
        path = slash + 1;
    }
}

int file_open_beneath(int root, const char *path, int flags, unsigned mode)
{
    struct open_how how = {
        .flags = (hal_u64)(flags | O_CLOEXEC),
        .mode = flags & O_CREAT ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    long fd;

    do
        fd = linux_call6(SYS_openat2, root, (long)path, (long)&how, sizeof how, 0, 0);
    while (fd == -EAGAIN); /* something on the way was renamed meanwhile */
    if (fd == -ENOSYS || fd == -EPERM)
        return open_by_walking(root, path, flags | O_CLOEXEC, mode);
    return (int)fd;
}

static void open_letters(void)
{
    path_system.letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static wint_t fold(wint_t letter)
{
    if (path_system.letters)
        return towlower_l(letter, path_system.letters);
    return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
}

/* Takes one letter of UTF-8; a byte that is none stands for itself, out of the way of letters. */
static wint_t next_letter(const unsigned char **text)
{
    const unsigned char *byte = *text;
    unsigned more = *byte >= 0xf0 ? 3 : *byte >= 0xe0 ? 2 : *byte >= 0xc0 ? 1 : 0;
    wint_t letter = more ? *byte & (0x3fu >> more) : *byte;

    for (unsigned i = 1; i <= more; i++) {
        if ((byte[i] & 0xc0) != 0x80) {
            *text += 1;
            return 0x110000u + *byte;
        }
        letter = letter << 6 | (byte[i] & 0x3f);
    }
    *text += 1 + more;
    return letter;
}

static int same_name(const char *a, const char *b)
{
    const unsigned char *left = (const unsigned char *)a, *right = (const unsigned char *)b;

    while (*left && *right) {
        if (fold(next_letter(&left)) != fold(next_letter(&right)))
            return 0;
    }
    return !*left && !*right;
}

/* Puts the name that is in the folder, and that differs from name in case alone, into name. */
static int match_name(int root, const char *folder, char *name)
{
    int fd = file_open_beneath(root, folder, O_RDONLY | O_DIRECTORY, 0);
    struct dirent *entry;
    int error = -ENOENT;
    DIR *directory;

    if (fd < 0)
        return fd;
    directory = fdopendir(fd);
    if (!directory) {
        close(fd);
        return -ENOMEM;
    }
    while ((entry = readdir(directory))) {
        /* Letters of one name may take more bytes than those of the other. */
        if (same_name(entry->d_name, name)) {
            strcpy(name, entry->d_name);
            error = 0;
            break;
        }
    }
    closedir(directory);
    return error;
}

static int exists(int root, const char *path)
{
    int fd = file_open_beneath(root, path, O_PATH, 0);

    if (fd >= 0)
        close(fd);
    return fd < 0 ? fd : 0;
}

/* Removes ".", empty names, and ".." with the name before it. */
static int normalize(const char *wanted, char *path)
{
    size_t used = 0;

    if (*wanted == '/' || strlen(wanted) >= PATH_MAX)
        return HAL_EINVAL;
    while (*wanted) {
        size_t length = strcspn(wanted, "/");

        if (length == 2 && !memcmp(wanted, "..", 2)) {
            if (!used)
                return HAL_EXDEV;
            while (used && path[--used] != '/')
                ;
        } else if (length > NAME_MAX) {
            return HAL_EINVAL;
        } else if (length && !(length == 1 && *wanted == '.')) {
            if (used)
                path[used++] = '/';
            memcpy(path + used, wanted, length);
            used += length;
        }
        wanted += length + (wanted[length] == '/');
    }
    if (!used)
        path[used++] = '.';
    path[used] = 0;
    return HAL_OK;
}

/* Appends name to path as it is spelled on disk. */
static int append_name(int root, struct file_path *path, char *name)
{
    size_t used = strlen(path->text);
    int error;

    if (used + 1 + strlen(name) >= sizeof path->text)
        return -ENAMETOOLONG;
    path->text[used] = '/';
    strcpy(path->text + used + 1, name);
    error = exists(root, path->text);
    if (error != -ENOENT)
        return error;
    path->text[used] = 0;
    error = match_name(root, path->text, name);
    path->text[used] = '/';
    if (!error && used + 1 + strlen(name) < sizeof path->text)
        strcpy(path->text + used + 1, name);
    return error;
}

static int find_by_parts(int root, const char *wanted, struct file_path *path)
{
    strcpy(path->text, ".");
    for (;;) {
        char name[NAME_MAX + 1];
        size_t length = strcspn(wanted, "/");
        int error;

        memcpy(name, wanted, length);
        name[length] = 0;
        error = append_name(root, path, name);
        if (error == -ENOENT && wanted[length])
            return HAL_ENOTDIR;
        if (error || !wanted[length])
            return hal_error_from(error);
        wanted += length + 1;
    }
}

int file_find(int root, const char *wanted, struct file_path *path)
{
    char normal[PATH_MAX];
    int error = normalize(wanted, normal);

    if (error)
        return error;
    strcpy(path->text, normal);
    error = exists(root, normal);
    if (error != -ENOENT)
        return hal_error_from(error);
    pthread_once(&path_system.once, open_letters);
    return find_by_parts(root, normal, path);
}

const char *file_split(struct file_path *path, const char **folder)
{
    char *slash = strrchr(path->text, '/');

    if (!slash) {
        *folder = ".";
        return path->text;
    }
    *slash = 0;
    *folder = path->text;
    return slash + 1;
}
