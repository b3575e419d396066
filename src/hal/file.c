/*
 * Files under a root: a driver's files live in a folder that the user names.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "file_path.h"
#include "linux.h"

#define SECONDS_TO_1970 11644473600ll
/* Tries to open what another process makes and removes all the time. */
#define OPEN_ATTEMPTS 16

struct hal_root {
    int fd;
};

struct hal_file {
    int fd;
    int root;                /* a descriptor of its own, so that the file outlives its root */
    int folder;              /* where the name is */
    char name[NAME_MAX + 1]; /* "." for the root itself */
};

HALAPI int hal_root_open(struct hal_root **root, const char *path)
{
    struct hal_root *made = hal_allocate(sizeof *made);

    if (!made)
        return HAL_ENOMEM;
    made->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (made->fd < 0) {
        int error = hal_error_from(-errno);

        hal_free(made);
        return error;
    }
    *root = made;
    return HAL_OK;
}

HALAPI void hal_root_close(struct hal_root *root)
{
    if (!root)
        return;
    close(root->fd);
    hal_free(root);
}

static int open_flags(int how)
{
    int flags = O_NOCTTY | O_NONBLOCK; /* so that a pipe cannot hold the caller up */

    if (how & HAL_OPEN_DIRECTORY)
        return flags | O_RDONLY | O_DIRECTORY;
    if (how & (HAL_OPEN_WRITE | HAL_OPEN_APPEND | HAL_OPEN_TRUNCATE))
        flags |= how & HAL_OPEN_READ ? O_RDWR : O_WRONLY;
    if (how & HAL_OPEN_APPEND)
        flags |= O_APPEND;
    if (how & HAL_OPEN_TRUNCATE)
        flags |= O_TRUNC;
    return flags;
}

/* Makes a name that is not there; -EEXIST if it is by now. */
static int make(int root, struct file_path *path, int how)
{
    int flags = open_flags(how) & ~O_TRUNC;
    const char *folder, *name;
    int fd, error = 0;

    if (!(how & HAL_OPEN_DIRECTORY))
        return file_open_beneath(root, path->text, flags | O_CREAT | O_EXCL, 0666);
    name = file_split(path, &folder);
    fd = file_open_beneath(root, folder, O_PATH | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    if (mkdirat(fd, name, 0777))
        error = -errno;
    close(fd);
    if (name != path->text)
        path->text[strlen(path->text)] = '/';
    return error ? error : file_open_beneath(root, path->text, flags, 0);
}

/* Opens wanted, or makes it; *path tells where it is. */
static int find_and_open(int root, const char *wanted, int how, struct file_path *path,
                         int *created)
{
    for (int attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
        int error = file_find(root, wanted, path);
        int fd;

        *created = 0;
        if (!error) {
            if ((how & HAL_OPEN_CREATE) && (how & HAL_OPEN_EXCLUSIVE))
                return -EEXIST;
            fd = file_open_beneath(root, path->text, open_flags(how), 0);
            if (fd != -ENOENT || !(how & HAL_OPEN_CREATE))
                return fd;
            continue;
        }
        if (error != HAL_ENOENT || !(how & HAL_OPEN_CREATE))
            return error;
        fd = make(root, path, how);
        *created = fd >= 0;
        if (fd != -EEXIST)
            return fd;
    }
    return -EBUSY;
}

/* Only files and folders: what a device or a pipe in the root does is not ours to wait for. */
static int check_kind(int fd)
{
    struct stat status;

    if (fstat(fd, &status))
        return -errno;
    return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) ? 0 : -EACCES;
}

static int remember_place(struct hal_file *file, int root, struct file_path *path)
{
    const char *folder, *name = file_split(path, &folder);

    snprintf(file->name, sizeof file->name, "%s", name);
    file->folder = file_open_beneath(root, folder, O_PATH | O_DIRECTORY, 0);
    if (file->folder < 0)
        return file->folder;
    file->root = fcntl(root, F_DUPFD_CLOEXEC, 0);
    return file->root < 0 ? -errno : 0;
}

HALAPI int hal_file_open(struct hal_file **file, struct hal_root *root, const char *path, int how,
                         int *created)
{
    struct hal_file *made = hal_allocate(sizeof *made);
    struct file_path place;
    int made_it = 0, error;

    if (!made)
        return HAL_ENOMEM;
    made->folder = made->root = -1;
    made->fd = find_and_open(root->fd, path, how, &place, &made_it);
    error = made->fd < 0 ? made->fd : check_kind(made->fd);
    if (!error)
        error = remember_place(made, root->fd, &place);
    if (error) {
        hal_file_close(made);
        return hal_error_from(error);
    }
    if (created)
        *created = made_it;
    *file = made;
    return HAL_OK;
}

HALAPI void hal_file_close(struct hal_file *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    if (file->folder >= 0)
        close(file->folder);
    if (file->root >= 0)
        close(file->root);
    hal_free(file);
}

/* Moves all bytes, or as many as there are; call is SYS_pread64 or SYS_pwrite64. */
static hal_i64 move(long call, struct hal_file *file, hal_u64 buffer, hal_size bytes,
                    hal_u64 offset)
{
    hal_size moved = 0;

    while (moved < bytes) {
        long done = linux_call6(call, file->fd, (long)(buffer + moved), (long)(bytes - moved),
                                (long)(offset + moved), 0, 0);

        if (done == -EINTR)
            continue;
        if (done < 0)
            return moved ? (hal_i64)moved : hal_error_from(done);
        if (done == 0)
            break;
        moved += (hal_size)done;
    }
    return (hal_i64)moved;
}

HALAPI hal_i64 hal_file_read(struct hal_file *file, void *buffer, hal_size bytes, hal_u64 offset)
{
    return move(SYS_pread64, file, (hal_u64)buffer, bytes, offset);
}

HALAPI hal_i64 hal_file_write(struct hal_file *file, const void *buffer, hal_size bytes,
                              hal_u64 offset)
{
    return move(SYS_pwrite64, file, (hal_u64)buffer, bytes, offset);
}

HALAPI int hal_file_flush(struct hal_file *file)
{
    return fsync(file->fd) ? hal_error_from(-errno) : HAL_OK;
}

static hal_i64 nt_time(const struct statx_timestamp *time)
{
    return (time->tv_sec + SECONDS_TO_1970) * 10000000ll + time->tv_nsec / 100;
}

HALAPI int hal_file_info(struct hal_file *file, struct hal_file_info *info)
{
    struct statx status;

    if (statx(file->fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &status))
        return hal_error_from(-errno);
    info->size = status.stx_size;
    info->allocated = status.stx_blocks * 512ull;
    info->accessed = nt_time(&status.stx_atime);
    info->written = nt_time(&status.stx_mtime);
    info->changed = nt_time(&status.stx_ctime);
    /* Not every file system knows when a file was made. */
    info->created = nt_time(status.stx_mask & STATX_BTIME ? &status.stx_btime : &status.stx_mtime);
    info->index = status.stx_ino;
    info->is_directory = S_ISDIR(status.stx_mode);
    info->is_read_only = !(status.stx_mode & (S_IWUSR | S_IWGRP | S_IWOTH));
    info->links = status.stx_nlink;
    return HAL_OK;
}

HALAPI int hal_file_resize(struct hal_file *file, hal_u64 size)
{
    if (size > (hal_u64)INT64_MAX)
        return HAL_EINVAL;
    return ftruncate(file->fd, (off_t)size) ? hal_error_from(-errno) : HAL_OK;
}

static int is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

HALAPI int hal_file_delete(struct hal_file *file)
{
    struct stat own, named;

    if (fstat(file->fd, &own) || fstatat(file->folder, file->name, &named, 0))
        return hal_error_from(-errno);
    if (!is_same(&own, &named))
        return HAL_ENOENT; /* the name is another file's by now */
    if (unlinkat(file->folder, file->name, S_ISDIR(own.st_mode) ? AT_REMOVEDIR : 0))
        return hal_error_from(-errno);
    return HAL_OK;
}

HALAPI int hal_file_check_empty(struct hal_file *file)
{
    int fd = openat(file->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = HAL_OK;
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!entries) {
        error = hal_error_from(-errno);
        if (fd >= 0)
            close(fd);
        return error;
    }
    while (!error && (entry = readdir(entries)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            error = HAL_ENOTEMPTY;
    closedir(entries);
    return error;
}

/* Whether what is at path keeps the file from being called that. */
static int is_taken(struct hal_file *file, const struct file_path *path)
{
    int fd = file_open_beneath(file->root, path->text, O_PATH, 0);
    struct stat own, there;
    int taken;

    if (fd < 0)
        return 0;
    taken = fstat(file->fd, &own) || fstat(fd, &there) || !is_same(&own, &there);
    close(fd);
    return taken;
}

/* Where the file is to be after a rename; a change of its own name's case is one, too. */
static int find_target(struct hal_file *file, const char *wanted, int replace,
                       struct file_path *path, char name[NAME_MAX + 1])
{
    const char *slash = strrchr(wanted, '/'), *last = slash ? slash + 1 : wanted;
    int error = file_find(file->root, wanted, path);

    if (strlen(last) > NAME_MAX)
        return HAL_EINVAL;
    if (error == HAL_ENOENT) {
        strcpy(name, last);
        return HAL_OK;
    }
    if (error)
        return error;
    if (!is_taken(file, path)) {
        strcpy(name, last);
        return HAL_OK;
    }
    if (!replace)
        return HAL_EEXIST;
    slash = strrchr(path->text, '/');
    strcpy(name, slash ? slash + 1 : path->text);
    return HAL_OK;
}

HALAPI int hal_file_rename(struct hal_file *file, const char *path, int replace)
{
    char name[NAME_MAX + 1];
    struct file_path place;
    const char *parent;
    int folder, error;

    error = find_target(file, path, replace, &place, name);
    if (error)
        return error;
    file_split(&place, &parent);
    folder = file_open_beneath(file->root, parent, O_PATH | O_DIRECTORY, 0);
    if (folder < 0)
        return hal_error_from(folder);
    if (renameat(file->folder, file->name, folder, name)) {
        error = hal_error_from(-errno);
        close(folder);
        return error;
    }
    close(file->folder);
    file->folder = folder;
    strcpy(file->name, name);
    return HAL_OK;
}
